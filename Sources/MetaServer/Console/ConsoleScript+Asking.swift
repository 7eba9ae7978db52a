extension ConsoleScript {
    /// The token and the requests.
    static let asking = #"""
        // The token is kept for this tab alone and sent in a header, which no other site can make a browser do.
        const vault = "metamanager-token";
        const state = { token: sessionStorage.getItem(vault), document: null, samples: [], failures: 0, timer: 0 };

        class Refusal extends Error {
          constructor(status, message) { super(message); this.status = status; }
        }

        async function ask(path, method = "GET") {
          const headers = state.token ? { Authorization: `Bearer ${state.token}` } : {};
          const answer = await fetch(path, {
            method, headers, cache: "no-store", credentials: "omit", redirect: "error",
            signal: AbortSignal.timeout(15000),
          });
          let body = null;
          try { body = await answer.json(); } catch { body = null; }
          if (!answer.ok) throw new Refusal(answer.status, body?.message ?? `the answer was ${answer.status}`);
          return body;
        }

        function openDoor(fault) {
          clearTimeout(state.timer);
          for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
          show($("door"), true);
          show($("board"), false);
          show($("places"), false);
          show($("sign-out"), false);
          say($("fresh"), "");
          say($("door-fault"), fault ?? "");
          $("token").focus();
        }

        function closeDoor() {
          show($("door"), false);
          show($("board"), true);
          show($("places"), true);
          show($("sign-out"), Boolean(state.token));
        }

        function forget() {
          state.token = null;
          sessionStorage.removeItem(vault);
        }

        $("door-form").addEventListener("submit", async (event) => {
          event.preventDefault();
          const token = $("token").value.trim();
          // A header holds no other letters.
          if (!/^[\x21-\x7e]+$/.test(token)) { say($("door-fault"), "This is no token."); return; }
          state.token = token;
          try {
            const document = await ask("/metamanager/v1/console");
            sessionStorage.setItem(vault, token);
            $("token").value = "";
            closeDoor();
            take(document);
            $("main").focus();
            later();
          } catch (error) {
            forget();
            if (error.status === 401) say($("door-fault"), "This is not the token of this node.");
            else if (error.status === 403) say($("door-fault"), "This token may not see the console.");
            else say($("door-fault"), `The node did not answer: ${error.message}`);
            $("token").select();
          }
        });
        $("sign-out").addEventListener("click", () => { forget(); location.reload(); });

        // Asks whether something is meant, and tells what became of it.
        function confirmThen(title, text, word, act) {
          say($("ask-title"), title);
          say($("ask-text"), text);
          say($("ask-yes"), word);
          const yes = $("ask-yes");
          yes.onclick = async () => {
            yes.disabled = true;
            try { await act(); $("ask").close(); } catch (error) { say($("ask-text"), `Not done: ${error.message}`); }
            yes.disabled = false;
          };
          $("ask").showModal();
          $("ask-no").focus();
        }
        $("ask-no").addEventListener("click", () => $("ask").close());
        """#
}
