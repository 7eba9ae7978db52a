internal import Beehive
internal import MetaManager
internal import MetaStore

extension Router {
    /// Adds the health paths, the metrics and the command line's paths; the Kubernetes paths are added beside them.
    ///
    /// - Parameter context: what they show.
    public mutating func addReports(_ context: ServerContext) {
        addHealth(Health(context: context))
        addConsole(context)
        on("GET", "/metrics") { request in
            guard Metrics.isAcceptable(request.header("Accept")) else {
                return .failure(406, reason: "NotAcceptable", "metrics are \(PrometheusText.contentType) and no other")
            }
            return await context.blocking { .text(Metrics.render(context), type: PrometheusText.contentType) }
        }
        on("GET", "/metamanager/v1/status") { _ in await context.blocking { .json(StatusReport.make(context)) } }
        addConfiguration(context)
        on("GET", "/metamanager/v1/objects") { request in
            let (type, namespace) = (request.target.filled("type"), request.target.filled("namespace"))
            let name = request.target.filled("name")
            let response = await context.blocking {
                let rows = try StoreReports.objects(
                    type: type, namespace: namespace, name: name, reader: context.reader,
                    now: context.time.now().wall)
                return APIResponse(type: "application/json", body: .bytes(rows))
            }
            context.audit?.record(
                storedType: type, namespace: namespace, name: name, request: request, status: response.status)
            return response
        }
        on("GET", "/metamanager/v1/check") { _ in
            await context.blocking {
                .json(StoreReports.json(try StoreCheck.run(path: context.reader.path, sealing: context.sealing)))
            }
        }
        addExplain(context)
        addOutbox(context)
        addResync(context)
        addRekey(context)
        on("POST", "/metamanager/v1/repair") { _ in
            guard let care = context.care else {
                return .failure(404, reason: "NotFound", "nobody looks after the database of this program")
            }
            if let obstacle = care.repairObstacle {
                return .failure(507, reason: "InsufficientStorage", obstacle)
            }
            guard care.requestRepair() else { return Self.stopping }
            return .json(["repairs": JSONValue(integer: care.condition.repairs)], status: 202)
        }
        addBackup(context)
        addCompact(context)
        addExchange(context)
        addRecord(context)
        on("GET", "/metamanager/v1/trace") { request in
            let tail = request.target.field("tail").flatMap { Int($0) }.map { max(0, $0) } ?? .max
            let body: APIResponse.Body
            if request.target.isSet("follow") {
                guard let follower = context.trace.follow(tail: tail) else {
                    return .failure(
                        429, reason: "TooManyRequests", "as many follow the trace as may; end one of them")
                }
                body = .stream(follower)
            } else {
                body = .bytes(context.trace.last.suffix(tail).flatMap(DecisionTrace.line)[...])
            }
            return APIResponse(type: "application/jsonl", body: body)
        }
    }

    private mutating func addHealth(_ health: Health) {
        for name in ["healthz", "livez", "readyz"] {
            on("GET", "/\(name)", access: .open) { request in
                let checks = name == "readyz" ? health.ready() : health.live()
                return Health.answer(checks, name: name, isVerbose: request.target.isSet("verbose"))
            }
        }
    }

    private mutating func addConfiguration(_ context: ServerContext) {
        on("GET", "/metamanager/v1/configuration") { _ in
            guard let running = context.runningConfiguration else {
                return .failure(404, reason: "NotFound", "this program tells nothing of its configuration")
            }
            return .json(["keys": running(), "reading": context.configuration?().json ?? [:]])
        }
    }

    private mutating func addOutbox(_ context: ServerContext) {
        on("GET", "/metamanager/v1/outbox") { request in
            let limit = request.target.field("limit").flatMap { Int($0) }.map { max(0, $0) } ?? .max
            return await context.blocking {
                .json(
                    try StoreReports.outbox(
                        reader: context.reader, onTheWay: context.placesOnTheWay?(), limit: limit,
                        now: context.time.now().wall))
            }
        }
        on("POST", "/metamanager/v1/outbox/drop") { request in
            let id = request.target.filled("id")
            // Everything goes only when that is said: a script's empty variable must not empty the outbox.
            guard id != nil || request.target.isSet("all") else {
                return .failure(400, reason: "BadRequest", "say which entry: ?id=ID, or ?all=true")
            }
            if let id {
                let found = await context.blocking {
                    guard try context.reader.read({ view throws(StoreError) in try view.outbox(id: id) }) != nil else {
                        return .failure(404, reason: "NotFound", "the outbox has no entry \(id)")
                    }
                    return .json([:])
                }
                guard found.status == 200 else { return found }
            }
            guard await context.dropOutbox(id) else { return Self.stopping }
            return .json(["dropped": JSONValue(text: id ?? "all")], status: 202)
        }
        on("POST", "/metamanager/v1/outbox/flush") { _ in
            guard await context.flushOutbox() else {
                return .failure(
                    503, reason: "ServiceUnavailable", "the link is down; what waits goes as soon as it is up again")
            }
            return .json(["flushing": true], status: 202)
        }
    }

    private mutating func addResync(_ context: ServerContext) {
        on("POST", "/metamanager/v1/resync") { _ in
            guard let resync = context.resync else {
                return .failure(404, reason: "NotFound", "this daemon has no cloud that could be asked again")
            }
            guard context.report().isLinkUp else {
                return .failure(
                    503, reason: "ServiceUnavailable", "the link is down; ask again when it is up (metamanager status)")
            }
            guard let round = resync.start() else { return Self.stopping }
            return .json(round.json, status: 202)
        }
        on("GET", "/metamanager/v1/resync") { _ in
            guard let round = context.resync?.lastRound else {
                return .failure(404, reason: "NotFound", "nobody has started a resync since the daemon runs")
            }
            return .json(round.json)
        }
    }

    private mutating func addRekey(_ context: ServerContext) {
        on("POST", "/metamanager/v1/rekey") { request in
            guard let rekey = context.rekey, let sealing = context.sealing, sealing.status == .on else {
                return .failure(
                    409, reason: "Conflict",
                    context.sealing?.problem ?? "nothing is sealed: meta.encryption.types names no types")
            }
            let file = request.target.filled("new-key-file")
            if let file, !file.hasPrefix("/") {
                return .failure(400, reason: "BadRequest", "new-key-file has to be an absolute path")
            }
            return .json(StoreReports.json(rekey.start(newKey: file.map { .file($0) })), status: 202)
        }
        on("GET", "/metamanager/v1/rekey") { _ in
            guard let report = context.rekey?.lastReport else {
                return .failure(404, reason: "NotFound", "nobody has changed the key since the daemon runs")
            }
            return .json(StoreReports.json(report))
        }
    }

    private static var stopping: APIResponse {
        .failure(503, reason: "ServiceUnavailable", "the program is stopping; try again when it runs")
    }
}
