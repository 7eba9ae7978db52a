/// The console's style sheet, in parts.
enum ConsoleStyle {
    /// The whole sheet.
    static let text = [colours, frame, pieces, picture, dialogs, narrow].joined(separator: "\n")

    /// Colours by day and by night: texts stand out by 4.5 to 1 at least from what is behind them.
    private static let colours = """
        :root {
          color-scheme: light dark;
          --back: #f3f5f8; --card: #ffffff; --edge: #dde2ea; --soft: #eef1f6; --text: #18202e; --quiet: #556074;
          --accent: #1f4fd1; --on-accent: #ffffff; --focus: #1f4fd1;
          --good: #0b6b43; --good-back: #e0f4ea; --good-lamp: #16a468;
          --warn: #8a4b00; --warn-back: #fdf0d9; --warn-lamp: #e0932a;
          --bad: #a81e1e; --bad-back: #fde6e4; --bad-lamp: #d93a34;
          --rail: #c8d0dc; --shadow: 0 1px 2px rgb(16 24 40 / 6%), 0 4px 16px rgb(16 24 40 / 5%);
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #0d1118; --card: #151b25; --edge: #2a3342; --soft: #1d2531; --text: #e7ebf2; --quiet: #a2adbf;
            --accent: #8fb0ff; --on-accent: #0b1224; --focus: #8fb0ff;
            --good: #63d8a2; --good-back: #12312a; --good-lamp: #37c486;
            --warn: #f3bd62; --warn-back: #35270f; --warn-lamp: #eaa638;
            --bad: #ff9c93; --bad-back: #3c1a1b; --bad-lamp: #f2665c;
            --rail: #3a4557; --shadow: none;
          }
        }
        """

    private static let frame = """
        * { box-sizing: border-box; }
        html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--back); color: var(--text); line-height: 1.5;
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; overflow-wrap: break-word;
        }
        h1, h2, h3, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        [hidden] { display: none !important; }
        .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 6px; }
        main:focus, section:focus { outline: none; }
        code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        .skip { position: absolute; left: 1rem; top: -4rem; z-index: 9; padding: .5rem 1rem; background: var(--accent);
          color: var(--on-accent); border-radius: 0 0 8px 8px; }
        .skip:focus { top: 0; }
        .top {
          position: sticky; top: 0; z-index: 5; display: flex; align-items: center; gap: 1.25rem; min-height: 3.5rem;
          padding: .4rem max(1.25rem, calc((100vw - 1240px) / 2)); background: var(--card); border-bottom: 1px solid var(--edge);
        }
        .brand { display: flex; align-items: center; gap: .6rem; min-width: 0; }
        .mark { width: 26px; height: 26px; flex: none; fill: var(--accent); }
        .mark path { fill: none; stroke: var(--accent); stroke-width: 2.4; stroke-linejoin: round; stroke-linecap: round; }
        .name { font-weight: 650; letter-spacing: -.01em; }
        .node { color: var(--quiet); border-left: 1px solid var(--edge); padding-left: .6rem; }
        .places { display: flex; gap: .25rem; margin-left: auto; }
        .places a { color: var(--quiet); text-decoration: none; padding: .35rem .7rem; border-radius: 8px; font-size: .93rem; }
        .places a:hover { color: var(--text); background: var(--soft); }
        .side { display: flex; align-items: center; gap: .75rem; }
        .fresh { color: var(--quiet); font-size: .85rem; white-space: nowrap; }
        .fresh.late { color: var(--bad); white-space: normal; }
        main { max-width: 1240px; margin: 0 auto; padding: 1.25rem; }
        #board, #overview { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
        .foot { max-width: 1240px; margin: 0 auto; padding: 0 1.25rem 2rem; color: var(--quiet); font-size: .85rem; }
        """

    private static let pieces = """
        .card { background: var(--card); border: 1px solid var(--edge); border-radius: 14px; padding: 1.1rem 1.25rem 1.25rem;
          box-shadow: var(--shadow); min-width: 0; }
        h2 { font-size: 1rem; font-weight: 650; letter-spacing: -.005em; }
        h3 { font-size: .82rem; font-weight: 600; color: var(--quiet); margin: 1.25rem 0 .5rem; }
        .headline { display: flex; align-items: center; justify-content: space-between; gap: 1rem; flex-wrap: wrap; }
        .grid { display: grid; gap: 1rem; grid-template-columns: repeat(3, minmax(0, 1fr)); }
        .grid .wide { grid-column: span 2; } .stack { display: grid; gap: 1rem; grid-template-rows: 1fr auto; min-width: 0; }
        .card > h2 + div > .facts { margin-top: .5rem; }
        .verdict { display: flex; gap: 1rem; align-items: center; padding: 1rem 1.25rem; border-radius: 14px;
          background: var(--soft); border: 1px solid transparent; }
        .verdict h1 { font-size: 1.4rem; line-height: 1.25; letter-spacing: -.015em; font-weight: 680; }
        .verdict p { margin-top: .15rem; overflow-wrap: anywhere; }
        .sign { flex: none; display: grid; place-items: center; width: 2.6rem; height: 2.6rem; border-radius: 50%;
          font-size: 1.25rem; font-weight: 700; background: var(--quiet); color: var(--card); }
        .verdict.good { background: var(--good-back); } .verdict.good .sign { background: var(--good); }
        .verdict.warn { background: var(--warn-back); } .verdict.warn .sign { background: var(--warn); }
        .verdict.bad { background: var(--bad-back); } .verdict.bad .sign { background: var(--bad); }
        .problems { background: var(--card); border: 1px solid var(--edge); border-left: 4px solid var(--warn-lamp);
          border-radius: 10px; padding: .35rem 1rem; }
        .problems li { padding: .4rem 0; font-size: .93rem; overflow-wrap: anywhere; }
        .problems li + li { border-top: 1px solid var(--edge); }
        .lead { margin: .6rem 0 .75rem; display: flex; align-items: baseline; gap: .45rem; flex-wrap: wrap; }
        .figure { font-size: 1.75rem; line-height: 1.1; font-weight: 650; letter-spacing: -.02em; }
        .facts div { display: flex; justify-content: space-between; gap: 1rem; padding: .3rem 0; font-size: .93rem; }
        .facts div + div { border-top: 1px solid var(--edge); }
        .facts dt { color: var(--quiet); flex: none; } .facts dd { text-align: right; min-width: 0; overflow-wrap: anywhere; }
        .good { --tone: var(--good); } .warn { --tone: var(--warn); } .bad { --tone: var(--bad); }
        dd.warn, dd.bad, td.warn { color: var(--tone); font-weight: 600; }
        .badge { display: inline-block; position: relative; padding: .08rem .6rem .08rem 1.45em; border-radius: 99px;
          font-size: .82rem; font-weight: 600; background: var(--soft); color: var(--quiet); white-space: nowrap; }
        .badge::before { content: ""; position: absolute; left: .62em; top: calc(50% - .25em); width: .5em; height: .5em;
          border-radius: 50%; background: currentColor; }
        .badge.plain::before { border-radius: 1px; height: .15em; top: calc(50% - .075em); }
        .badge.good { background: var(--good-back); color: var(--good); }
        .badge.warn { background: var(--warn-back); color: var(--warn); }
        .badge.warn::before { border-radius: 1px; transform: rotate(45deg); }
        .badge.bad { background: var(--bad-back); color: var(--bad); } .badge.bad::before { border-radius: 1px; }
        #writes > p { margin-top: .5rem; } .note, .empty { color: var(--quiet); font-size: .9rem; } .empty { padding: .6rem 0; }
        .fault { color: var(--bad); font-weight: 550; } .fault:empty { display: none; }
        button { font: inherit; font-size: .9rem; font-weight: 550; color: var(--text); background: var(--card); cursor: pointer;
          border: 1px solid var(--edge); border-radius: 8px; padding: .4rem .8rem; min-height: 2.25rem; }
        button:hover:not(:disabled) { background: var(--soft); }
        button:disabled { color: var(--quiet); cursor: not-allowed; opacity: .65; }
        button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
        button.main:hover { background: var(--accent); filter: brightness(1.08); }
        button.danger { color: var(--bad); border-color: color-mix(in srgb, var(--bad) 45%, transparent); }
        button.danger:hover:not(:disabled) { background: var(--bad-back); }
        button.quiet { border-color: transparent; background: none; color: var(--accent); }
        button.small { padding: .1rem .5rem; min-height: 1.75rem; font-size: .85rem; }
        button.link { border: 0; background: none; padding: .1rem 0; min-height: 0; color: var(--accent); text-align: left;
          font-size: inherit; overflow-wrap: anywhere; }
        button.link:hover { text-decoration: underline; background: none; }
        .buttons { display: flex; gap: .5rem; flex-wrap: wrap; margin-top: .9rem; }
        input { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--edge); border-radius: 8px;
          padding: .45rem .75rem; width: 100%; min-height: 2.4rem; }
        input::placeholder { color: var(--quiet); opacity: 1; }
        #search { width: 20rem; max-width: 100%; }
        .kinds { display: flex; flex-wrap: wrap; gap: .4rem; margin: .9rem 0 .75rem; }
        .kind { border-radius: 99px; padding: .2rem .75rem; min-height: 2rem; font-weight: 500; }
        .kind[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
        .tally { margin-left: .45em; opacity: .75; font-size: .85em; }
        .scroll { overflow-x: auto; margin: .5rem -.35rem -.35rem; padding: 0 .35rem .35rem; }
        #objects .scroll, #messages .scroll { max-height: 26rem; overflow-y: auto; }
        table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th, td { text-align: left; padding: .42rem .9rem .42rem 0; vertical-align: baseline; }
        thead th { position: sticky; top: 0; background: var(--card); color: var(--quiet); font-weight: 500; font-size: .82rem;
          box-shadow: inset 0 -1px var(--edge); white-space: nowrap; z-index: 1; }
        tbody th { font-weight: 550; } tbody tr + tr > * { border-top: 1px solid var(--edge); }
        .number { text-align: right; padding-right: .35rem; white-space: nowrap; }
        .resource { min-width: 13rem; overflow-wrap: anywhere; } tbody th { min-width: 5rem; } #objects tbody th { overflow-wrap: anywhere; } .reason { min-width: 8rem; color: var(--quiet); }
        .history { margin-top: .9rem; } .band { display: block; width: 100%; height: 14px; border-radius: 4px; background: var(--soft); }
        .band .up { fill: var(--good-lamp); } .band .down { fill: var(--warn-lamp); }
        .history figcaption { display: flex; justify-content: space-between; color: var(--quiet); font-size: .8rem; }
        .changes { margin-top: .5rem; } .changes li, .story li { display: flex; gap: .6rem; padding: .25rem 0; font-size: .88rem;
          align-items: baseline; flex-wrap: wrap; }
        .changes time, .story time { color: var(--quiet); white-space: nowrap; } .cause { flex: 1 1 8rem; color: var(--quiet); }
        .entries { margin-top: .6rem; } .entries .what { overflow-wrap: anywhere; } .entries li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .75rem;
          padding: .45rem 0; border-top: 1px solid var(--edge); font-size: .9rem; align-items: center; }
        .entries .about { grid-column: 1; color: var(--quiet); font-size: .85rem; }
        .entries button.small { grid-column: 2; grid-row: 1 / span 2; }
        .meter { margin-top: .75rem; font-size: .85rem; color: var(--quiet); } meter { width: 100%; height: .7rem; display: block; }
        .door { max-width: 34rem; margin: 6vh auto 0; padding: 1.75rem; } .door h1 { font-size: 1.4rem; letter-spacing: -.015em; }
        .door > * + *, .door form > * + * { margin-top: .85rem; } .door label { display: block; font-weight: 600; margin-bottom: -.5rem; }
        .command { background: var(--soft); border-radius: 8px; padding: .6rem .8rem; font-size: .88rem; white-space: pre-wrap; }
        """

    private static let picture = """
        .flow figure { margin-top: .9rem; } .flow figure svg { display: block; width: 100%; height: auto; }
        .flow svg.narrow { max-width: 22rem; margin: 0 auto; }
        .place rect { fill: var(--soft); stroke: var(--edge); stroke-width: 1.2; }
        .place .title { fill: var(--text); font-weight: 640; font-size: 17px; } .place .sub { fill: var(--quiet); font-size: 14px; }
        .place .lamp { fill: var(--rail); } .place.good .lamp { fill: var(--good-lamp); }
        .place.warn .lamp { fill: var(--warn-lamp); } .place.bad .lamp { fill: var(--bad-lamp); }
        .place.warn rect { stroke: var(--warn-lamp); fill: var(--warn-back); } .place.warn .sub { fill: var(--warn); }
        .place.bad rect { stroke: var(--bad-lamp); fill: var(--bad-back); } .place.bad .sub { fill: var(--bad); }
        .place.off rect { stroke-dasharray: 4 4; fill: none; }
        .line .rail { stroke: var(--rail); stroke-width: 2; } .line polygon { fill: var(--rail); }
        .line .train { stroke: var(--accent); stroke-width: 4; stroke-linecap: round; stroke-dasharray: .1 18; opacity: 0; }
        .line .rate { fill: var(--text); font-size: 14px; font-weight: 550; paint-order: stroke; }
        .line.still .rate { fill: var(--quiet); font-weight: 400; }
        .line.slow .train, .line.brisk .train, .line.fast .train { opacity: 1; animation: run 2.4s linear infinite; }
        .line.brisk .train { animation-duration: 1.1s; } .line.fast .train { animation-duration: .5s; }
        .line.slow polygon, .line.brisk polygon, .line.fast polygon { fill: var(--accent); }
        .line.cut .rail { stroke: var(--warn-lamp); stroke-dasharray: 5 6; } .line.cut polygon { fill: var(--warn-lamp); }
        .line.cut .rate { fill: var(--warn); font-weight: 600; }
        @keyframes run { to { stroke-dashoffset: -36.2; } }
        .chart line { stroke: var(--edge); stroke-width: 1.2; } .chart .sub { fill: var(--quiet); font-size: 13px; }
        .chart .now { fill: var(--text); font-size: 15px; font-weight: 640; }
        .chart .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .chart .area { fill: var(--accent); opacity: .12; }
        @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
        """

    private static let dialogs = """
        dialog { color: var(--text); background: var(--card); border: 1px solid var(--edge); padding: 1.25rem; }
        dialog::backdrop { background: rgb(8 12 20 / 45%); }
        .ask { border-radius: 14px; max-width: 26rem; } .ask p { margin-top: .5rem; } .ask .buttons { justify-content: flex-end; }
        .drawer { position: fixed; inset: 0 0 0 auto; margin: 0; width: min(46rem, 100vw); height: 100dvh; max-height: none;
          max-width: none; border-width: 0 0 0 1px; padding: 0 1.5rem 2rem; overflow-y: auto; }
        .drawer-top { position: sticky; top: 0; display: flex; justify-content: space-between; gap: 1rem; align-items: center;
          background: var(--card); padding: 1rem 0 .75rem; border-bottom: 1px solid var(--edge); margin-bottom: 1rem; z-index: 2; }
        .drawer-top h2 { min-width: 0; overflow-wrap: anywhere; } .drawer-top button { flex: none; }
        .badges { display: flex; gap: .4rem; flex-wrap: wrap; margin-bottom: .75rem; }
        .yaml { background: var(--soft); border-radius: 10px; padding: .9rem 1rem; overflow-x: auto; font-size: .84rem; line-height: 1.55;
          overflow-wrap: normal; margin-top: .5rem; }
        .yaml .key { color: var(--accent); } .yaml .hid { color: var(--warn); font-style: italic; }
        .drawer .headline h3 { margin: 1.25rem 0 0; } .drawer .headline { align-items: end; }
        """

    private static let narrow = """
        @media (max-width: 980px) {
          .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); }
        }
        @media (max-width: 700px) {
          .grid { grid-template-columns: minmax(0, 1fr); } .grid .wide { grid-column: auto; }
          html { scroll-padding-top: 6.5rem; }
          .top { flex-wrap: wrap; gap: .2rem .75rem; padding: .5rem 1rem; } .side { margin-left: auto; }
          .places { order: 3; width: 100%; margin: 0 -.5rem; justify-content: space-between; }
          .places a { padding: .4rem .5rem; white-space: nowrap; font-size: .88rem; }
          .node { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
          main { padding: .75rem; } .card { padding: 1rem; } .foot { padding: 0 1rem 1.5rem; }
          #board, #overview, .grid, .stack { gap: .75rem; }
          .verdict { align-items: flex-start; padding: .9rem 1rem; } .verdict h1 { font-size: 1.2rem; }
          .sign { width: 2.1rem; height: 2.1rem; font-size: 1.05rem; }
          #search-form, #search { width: 100%; } .drawer { border: 0; padding: 0 1rem 1.5rem; }
          #objects-table thead, #messages-table thead { position: absolute; clip-path: inset(50%); }
          #objects-table tr, #messages-table tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; padding: .5rem 0;
            align-items: baseline; }
          #objects-table tr + tr, #messages-table tr + tr { border-top: 1px solid var(--edge); }
          #objects-table tr > *, #messages-table tr > * { border: 0; padding: 0; }
          #objects-table tbody th, #messages-table .resource { flex: 1 0 100%; }
          #objects-table td { color: var(--quiet); font-size: .85rem; } #objects-table .number { margin-left: auto; }
          #messages-table .resource { order: -1; } #messages-table .reason { flex: 1 0 100%; }
          #messages-table .reason:empty { display: none; } #messages-table td { font-size: .88rem; }
        }
        @media print { .top { position: static; } .buttons, .quiet { display: none; } }
        """
}
