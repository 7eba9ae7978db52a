/// The console's page: what stands where; the script fills it, the style sheet draws it.
enum ConsolePage {
    /// The page; it begins with the form for the token, or without.
    static func html(asksForToken: Bool) -> String {
        """
        <!doctype html>
        <html lang="en" data-token="\(asksForToken ? "wanted" : "not-wanted")">
        \(head)
        <body>
        <a class="skip" href="#main">Skip to the content</a>
        \(banner)
        <main id="main" tabindex="-1">
        <noscript><p class="card">The console needs JavaScript. <code>metamanager status</code> tells the same.</p></noscript>
        \(signIn)
        <div id="board" hidden>
        \(overview)
        \(objects)
        \(lists)
        </div>
        </main>
        <footer class="foot" id="foot"></footer>
        \(dialogs)
        </body>
        </html>

        """
    }

    private static let head = """
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>MetaManager</title>
        <link rel="icon" href="/console/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/console/style.css">
        <script type="module" src="/console/app.js"></script>
        </head>
        """

    private static let banner = """
        <header class="top">
        <div class="brand">
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <path d="M6 24V9l10 9 10-9v15"/><circle cx="6" cy="9" r="3"/><circle cx="26" cy="9" r="3"/>
        <circle cx="16" cy="18" r="3"/></svg>
        <span class="name">MetaManager</span><span class="node" id="node"></span>
        </div>
        <nav class="places" aria-label="Sections" id="places" hidden>
        <a href="#overview">Overview</a><a href="#objects">Objects</a><a href="#differences">Differences</a>
        <a href="#messages">Messages</a>
        </nav>
        <div class="side">
        <span class="fresh" id="fresh"></span>
        <button type="button" class="quiet" id="sign-out" hidden>Sign out</button>
        </div>
        </header>
        """

    private static let signIn = """
        <section class="card door" id="door" aria-labelledby="door-title" hidden>
        <h1 id="door-title">Sign in to this node</h1>
        <p>The console shows what the node stores. It wants the node's token, which is in a file on the node:</p>
        <pre class="command">sudo cat /var/lib/metamanager/api.token</pre>
        <form id="door-form" autocomplete="off">
        <label for="token">Token</label>
        <input id="token" name="token" type="password" required spellcheck="false" autocomplete="off"
        aria-describedby="door-note door-fault">
        <p class="fault" id="door-fault" role="alert"></p>
        <button type="submit" class="main">Sign in</button>
        </form>
        <p class="note" id="door-note">The token stays in this tab and is forgotten with it. It is sent to this node alone.
        If the file is elsewhere, <code>metamanager config show</code> names it (metaserver.auth.token-file).</p>
        </section>
        """

    private static let overview = """
        <section id="overview" aria-label="Overview">
        <div class="verdict" id="verdict">
        <span class="sign" id="verdict-sign" aria-hidden="true"></span>
        <div><h1 id="verdict-text">Looking …</h1><p id="verdict-more"></p></div>
        </div>
        <p class="hidden" role="status" id="told"></p>
        <ul class="problems" id="problems" aria-label="Problems" hidden></ul>
        <section class="card flow" aria-labelledby="flow-title">
        <h2 id="flow-title">Message flow</h2>
        <figure id="flow"></figure>
        </section>
        <div class="grid">
        <section class="card" aria-labelledby="link-title"><h2 id="link-title">Cloud link</h2><div id="link"></div></section>
        <section class="card" aria-labelledby="outbox-title"><h2 id="outbox-title">Outbox</h2><div id="outbox"></div>
        <div class="buttons" id="outbox-buttons" hidden>
        <button type="button" id="flush">Send now</button>
        <button type="button" class="danger" id="drop-all">Drop all …</button></div>
        <div id="outbox-list"></div></section>
        <section class="card" aria-labelledby="store-title"><h2 id="store-title">Store</h2><div id="store"></div></section>
        <section class="card wide" aria-labelledby="modules-title"><h2 id="modules-title">Modules</h2>
        <div id="modules"></div></section>
        <div class="stack"><section class="card" aria-labelledby="queues-title"><h2 id="queues-title">Queues</h2>
        <div id="queues"></div></section>
        <section class="card" aria-labelledby="sync-title"><h2 id="sync-title">Pod status sync</h2>
        <div id="sync"></div></section></div>
        </div>
        </section>
        """

    private static let objects = """
        <section class="card" id="objects" aria-labelledby="objects-title" tabindex="-1">
        <div class="headline"><h2 id="objects-title">Objects</h2>
        <form role="search" id="search-form"><label class="hidden" for="search">Search by name or namespace</label>
        <input id="search" type="search" placeholder="Search by name or namespace" autocomplete="off" spellcheck="false"
        maxlength="100"></form></div>
        <div class="kinds" id="kinds" role="group" aria-label="Kinds"></div>
        <p class="note" id="objects-note" role="status"></p>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="objects-title"><table id="objects-table"></table></div>
        </section>
        """

    private static let lists = """
        <section class="card" id="differences" aria-labelledby="differences-title" tabindex="-1">
        <h2 id="differences-title">Differences from the cloud</h2><div id="writes"></div></section>
        <section class="card" id="messages" aria-labelledby="messages-title" tabindex="-1">
        <div class="headline"><h2 id="messages-title">Last messages and decisions</h2>
        <button type="button" class="quiet" id="hold" aria-pressed="false">Hold</button></div>
        <p class="note">The latest of each kind.</p>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="messages-title">
        <table id="messages-table"></table></div></section>
        """

    private static let dialogs = """
        <dialog class="drawer" id="detail" aria-labelledby="detail-title">
        <div class="drawer-top"><h2 id="detail-title"></h2>
        <button type="button" class="quiet" id="detail-close">Close</button></div>
        <div id="detail-body"></div>
        </dialog>
        <dialog class="ask" id="ask" aria-labelledby="ask-title" aria-describedby="ask-text">
        <h2 id="ask-title"></h2><p id="ask-text"></p>
        <div class="buttons"><button type="button" id="ask-no">Keep</button>
        <button type="button" class="danger" id="ask-yes">Drop</button></div>
        </dialog>
        """

    /// The mark in the browser's tab.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4fd1"/>
        <g fill="none" stroke="#fff" stroke-width="2.6" stroke-linejoin="round" stroke-linecap="round">
        <path d="M7 24V10l9 8 9-8v14"/></g><g fill="#fff"><circle cx="7" cy="10" r="3"/><circle cx="25" cy="10" r="3"/>
        <circle cx="16" cy="18" r="3"/></g></svg>

        """
}
