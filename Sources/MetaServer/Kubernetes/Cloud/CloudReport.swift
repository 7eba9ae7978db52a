internal import KubeAPI

/// What has been asked of the cloud since the start.
package struct CloudCounts: Sendable, Hashable {
    /// Messages sent.
    package var asked = 0
    /// Callers that shared another's answer.
    package var merged = 0
    /// Callers told at once that nobody can be asked.
    package var refused = 0
    /// Requests without an answer in time.
    package var timedOut = 0
}

/// How the way through to the cloud stands.
package struct CloudReport: Sendable, Hashable {
    /// A watch that is registered.
    package struct Watch: Sendable, Hashable {
        /// `/<group or core>/<version>/<plural>/<namespace or null>/null`.
        package var key: String
        /// True while the cloud pushes its objects.
        package var isActive: Bool
        /// Why it does not; nil while nobody has said.
        package var failure: String?
    }

    /// Whether the cloud has a dynamic controller; nil while that is not known on this connection.
    package var hasController: Bool?
    /// How it was found out that it has none.
    package var cause: String?
    /// Callers that wait.
    package var callers = 0
    /// The watches, by key.
    package var watches: [Watch] = []
    /// What has been asked.
    package var counts = CloudCounts()
}

extension ApplicationsState {
    var report: CloudReport {
        var report = CloudReport()
        switch controller {
        case .unknown: break
        case .present: report.hasController = true
        case .absent(let cause): (report.hasController, report.cause) = (false, cause)
        }
        if !isLinkUp { (report.hasController, report.cause) = (nil, nil) }
        report.callers = callers
        report.counts = counts
        report.watches = watches.values.map { watch in
            var failure: String?
            if case .failed(let cause) = watch.standing { failure = cause }
            return CloudReport.Watch(
                key: watch.application.key, isActive: watch.standing == .active, failure: failure)
        }.sorted { $0.key < $1.key }
        return report
    }
}
