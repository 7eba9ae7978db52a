internal import Beehive
internal import KubeAPI
internal import MetaStore

/// Begins watches.
struct WatchHandler: Sendable {
    let context: KubeContext

    /// How long a watch goes on that asks for no time: half an hour to an hour, so that not all end at once.
    private static let usualSeconds = 1800..<3600

    /// Begins a watch.
    ///
    /// - Parameters:
    ///   - request: what is watched.
    ///   - kind: its kind.
    ///   - form: how objects are written.
    ///   - permit: what allowed it.
    /// - Returns: what the connection pulls from.
    /// - Throws: `APIFailure` when the version asked for cannot be watched from.
    func watch(
        _ request: ResourceRequest, kind: KubeKind, form: any ObjectForming, permit: WatchPermit?
    ) async throws(APIFailure) -> any ChunkSource {
        let options = request.options
        let selector = Selector(request)
        guard !selector.isEmpty else {
            throw .badRequest("the field selector names another object than the path; nothing could ever match")
        }
        let (newest, oldest) = try await context.read { view throws(StoreError) in
            (view.revision, try view.oldestRevision())
        }
        let start = try start(options, newest: newest, oldest: oldest)
        // Where many come at once the watcher itself may still be refused, by an event.
        guard context.hub.hasRoom() else { throw .tooManyWatches }
        let seconds = options.timeoutSeconds.flatMap { $0 > 0 ? $0 : nil } ?? Int.random(in: Self.usualSeconds)
        let settings = WatchSettings(
            kind: kind, namespace: selector.namespace, name: selector.name, labels: selector.labels,
            fields: selector.fields, start: start, marksInitialEnd: options.sendsInitialEvents == true,
            allowsBookmarks: options.allowsBookmarks, duration: UInt64(min(seconds, 1 << 30)) * 1_000_000_000,
            form: form, permit: permit)
        return Watcher(settings, hub: context.hub)
    }

    private func start(
        _ options: RequestOptions, newest: Int64, oldest: Int64
    ) throws(APIFailure) -> WatchSettings.Start {
        var wanted: Int64?
        if !options.resourceVersion.isEmpty, options.resourceVersion != "0" {
            guard let version = Int64(options.resourceVersion), version >= 0 else {
                throw .badRequest("invalid resource version '\(OneLine.of(options.resourceVersion, limit: 64))'")
            }
            guard version <= newest else {
                throw .expired("resource version \(version) is above the newest, \(newest); list anew")
            }
            wanted = version
        }
        switch (options.sendsInitialEvents, wanted) {
        // The objects as they are now are not older than any version that was.
        case (true?, _): return .state
        case (false?, nil): return .after(newest)
        case (nil, nil): return .state
        case (_, let version?):
            guard version >= oldest else {
                throw .expired("too old resource version: \(version) (\(oldest) is the oldest that is kept); list anew")
            }
            return .after(version)
        }
    }
}
