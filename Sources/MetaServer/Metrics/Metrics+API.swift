internal import KubeAPI

/// The local API: its requests, watches and way through to the cloud.
extension Metrics {
    private static let routes = Metric.Label("route", RouteClass.allCases.map(\.rawValue))
    private static let codes = Metric.Label("code", RequestCounts.codes.map { "\($0)" } + ["other"])
    private static let standings = ["active", "failed", "pending"]

    /// What the local API asks of the cloud's dynamic controller.
    static let cloud: [Metric] = [
        .counter("cloud_requests_total", "Requests of the local API to the dynamic controller.") {
            $0.cloud.counts.asked
        },
        .counter("cloud_requests_merged_total", "Callers that shared the answer to another's request.") {
            $0.cloud.counts.merged
        },
        .counter("cloud_requests_refused_total", "Callers told at once that the cloud cannot be asked.") {
            $0.cloud.counts.refused
        },
        .counter("cloud_requests_timed_out_total", "Requests that were not answered in time.") {
            $0.cloud.counts.timedOut
        },
        .gauge("cloud_requests_waiting", "Callers that wait for the dynamic controller.") { $0.cloud.callers },
        .of(
            "cloud_watches", .gauge, [.init("standing", standings)],
            "Kinds that the cloud is asked to push, by how that stands."
        ) { snapshot in
            let watches = snapshot.cloud.watches
            let active = watches.count(where: \.isActive)
            let failed = watches.count { !$0.isActive && $0.failure != nil }
            return [
                .init(active, "active"), .init(failed, "failed"), .init(watches.count - active - failed, "pending"),
            ]
        },
    ]

    static let api: [Metric] = [
        .gauge("api_connections", "Connections of the local API.") { $0.connections.open },
        .counter("api_connections_refused_total", "Connections of the local API that were turned away.") {
            $0.connections.refused
        },
        .of(
            "api_requests_total", .counter, [.init("verb", RequestCounts.verbs + ["other"]), codes],
            "Answers of the local API, by method and status."
        ) { snapshot in
            snapshot.requests.methods.sorted { $0.key < $1.key }.map { .init($0.value, $0.key.verb, code($0.key.code)) }
        },
        .of(
            "api_route_requests_total", .counter, [routes, codes],
            "Answers of the local API, by what the request was about and status."
        ) { snapshot in
            let counts = snapshot.requests.routes.sorted {
                ($0.key.route.rawValue, $0.key.code) < ($1.key.route.rawValue, $1.key.code)
            }
            return counts.map { .init($0.value, $0.key.route.rawValue, code($0.key.code)) }
        },
        .of(
            "api_request_seconds", .histogram, [routes],
            "Time from a whole request to the head of its answer, by what the request was about."
        ) { snapshot in
            zip(RouteClass.allCases, snapshot.requests.seconds).map { .init($1, $0.rawValue) }
        },
        .gauge("watchers", "Watches of the local API.") { $0.watches.watchers },
        .counter("watchers_refused_total", "Watches that were turned away, since so many watched.") {
            $0.watches.refused
        },
        .counter("watch_events_total", "Changes told to watches, each once however many watch.") { $0.watches.events },
        .counter("watch_expired_total", "Watches that were told to list anew.") { $0.watches.expired },
        .gauge("watch_kept_events", "Changes kept for watches that have not taken them yet.") { $0.watches.keptEvents },
        .gauge("watch_kept_bytes", "About how much memory these take.") { $0.watches.keptBytes },
        .of(
            "audit_records_total", .counter,
            [
                .init("verb", ResourceRequest.Verb.allCases.map(\.rawValue)),
                .init("result", Audit.Label.Result.allCases.map(\.rawValue)),
            ], "Requests for secrets that were written down, by what came of them."
        ) { snapshot in
            snapshot.audited.map { counts in
                ResourceRequest.Verb.allCases.flatMap { verb in
                    Audit.Label.Result.allCases.map { result in
                        .init(counts[Audit.Label(verb: verb, result: result)] ?? 0, verb.rawValue, result.rawValue)
                    }
                }
            }
        },
        .seconds("api_certificate_expiry_timestamp_seconds", "The last second of the API's certificate.") {
            $0.apiCertificateEnd.map { Double($0) / 1000 }
        },
    ]

    private static func code(_ code: Int) -> String { code == 0 ? "other" : "\(code)" }
}
