internal import Beehive
internal import MetaStore

extension Router {
    /// Adds the console: its page and files below `/console/`, what it shows below `/metamanager/v1/console`.
    ///
    /// A browser cannot send the token with an address that somebody types. Who comes without one gets the page with the
    /// 401: it asks for the token, keeps it for the tab alone and sends it with each request for data. Its files hold no
    /// data and are open. Nothing that a browser sends by itself opens anything, so no other site can act through it.
    mutating func addConsole(_ context: ServerContext) {
        let assets = ConsoleAssets()
        on("GET", "/console", access: .open) { _ in
            APIResponse(status: 308, type: "text/plain", headers: [("Location", "/console/")], body: .bytes([]))
        }
        on("GET", "/console/") { assets.page.respond(to: $0) }
        stranger(at: "/console/") { _ in assets.strangersPage.unmarked() }
        on("GET", "/console/style.css", access: .open) { assets.style.respond(to: $0) }
        on("GET", "/console/app.js", access: .open) { assets.script.respond(to: $0) }
        on("GET", "/console/icon.svg", access: .open) { assets.icon.respond(to: $0) }
        addConsoleData(context)
    }

    private mutating func addConsoleData(_ context: ServerContext) {
        let cache = ConsoleCache()
        on("GET", "/metamanager/v1/console") { request in
            await context.blocking {
                var document = cache.document(at: context.time.now().ticks) { ConsoleDocument.make(context) }
                document["user"] = JSONValue(text: OneLine.of(request.caller.name, limit: 253))
                document["admin"] = .bool(request.caller.isAdmin)
                return .json(document)
            }
        }
        on("GET", "/metamanager/v1/console/objects") { request in
            let (type, search) = (request.target.filled("type"), request.target.field("search") ?? "")
            let response = await context.blocking {
                let now = context.time.now().wall
                return .json(
                    try context.reader.read { view throws(StoreError) in
                        try ConsoleObjects.list(type: type, search: search, in: view, now: now)
                    })
            }
            // Names alone are told, so who looks at all types at once has not asked for secrets.
            if let type {
                context.audit?.record(
                    storedType: type, namespace: nil, name: nil, request: request, status: response.status)
            }
            return response
        }
        on("GET", "/metamanager/v1/console/object") { request in
            guard let key = request.target.filled("key"), key.utf8.count <= ConsoleObjects.longestKey else {
                return .failure(
                    400, reason: "BadRequest", "say which: ?key=KEY, as /metamanager/v1/console/objects shows it")
            }
            let response = await context.blocking {
                let (now, decisions) = (context.time.now().wall, context.trace.last)
                let sealed = Set(context.sealing?.types ?? [])
                let object = try context.reader.read { view throws(StoreError) in
                    try ConsoleObjects.object(key, sealed: sealed, decisions: decisions, in: view, now: now)
                }
                guard let object else {
                    return .failure(404, reason: "NotFound", "nothing is stored under '\(OneLine.of(key, limit: 300))'")
                }
                return .json(object)
            }
            if let path = try? ResourcePath(parsing: key) {
                context.audit?.record(
                    storedType: path.type.rawValue, namespace: path.namespace, name: path.id, request: request,
                    status: response.status)
            }
            return response
        }
        on("GET", "/metamanager/v1/console/writes") { _ in
            await context.blocking {
                .json(try context.reader.read { view throws(StoreError) in try ConsoleWrites.make(view) })
            }
        }
    }
}
