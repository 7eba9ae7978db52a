internal import Beehive
internal import KubeAPI
internal import MetaStore
internal import NIOPosix

/// One watch: what is there or has changed since, read from the store a page at a time, then the events as they come.
///
/// Pulled by the connection as fast as the client takes it; holds one step of some ten kilobytes, or of one object that
/// is larger, and nothing of what waits.
final class Watcher: ChunkSource {
    private enum Phase {
        /// Sends the objects as they are.
        case initial(ObjectRows.Place)
        /// Reads the feed behind `last`.
        case backlog
        /// Takes the hub's events from this number on.
        case live(Int)
    }

    /// What belongs to whoever has it: the connection's thread, or the one that reads from the store.
    private struct Work {
        var phase: Phase
        var filter: WatchFilter
        /// Whether the filter still has to learn what matched where the client goes on.
        var mustLearn = false
        var feed = FeedEvents()
        /// Everything up to here was told.
        var last: Int64 = 0
        /// What of it was read here, not taken from the hub.
        var read: Int64 = 0
        var owesInitialEnd: Bool
        var hasEntered = false
        /// Whether there was an event: the first may look different.
        var hasTold = false
        /// How many objects are read at once: as many as are about a step's bytes.
        var pageSize = Watcher.firstPage
        var output: [UInt8] = []
    }

    private struct State {
        /// Nil while the store is read.
        var work: Work?
        var hasEnded = false
        var hasEntered = false
        var isExpired = false
        /// Somebody called while nobody listened.
        var isWoken = false
        var nextBookmark: UInt64
        let end: UInt64
        var callback: (@Sendable () -> Void)?
        /// Why it may not go on, until the client is told.
        var refusal: APIFailure?
    }

    let settings: WatchSettings
    private let hub: WatchHub
    private let type: ResourceType
    private let state: Lock<State>

    /// Between two bookmarks, in nanoseconds.
    private static let bookmarkPause: UInt64 = 60_000_000_000
    /// The most events of one step, and about the most bytes: a thousand clients that read nothing hold as many steps.
    private static let step = 64
    private static let stepBytes = 64 << 10
    private static let firstPage = 16

    /// Makes a watcher; the first pull starts it.
    init(_ settings: WatchSettings, hub: WatchHub) {
        self.settings = settings
        self.hub = hub
        type = settings.kind.storedType
        let now = hub.time.now().ticks
        var work = Work(
            phase: .backlog, filter: WatchFilter(settings), owesInitialEnd: settings.marksInitialEnd)
        switch settings.start {
        case .state: work.phase = .initial(ObjectRows.Place())
        case .after(let revision):
            work.last = revision
            work.mustLearn = settings.isSelective
        }
        state = Lock(State(work: work, nextBookmark: now + Self.bookmarkPause, end: now + settings.duration))
    }

    // MARK: The connection's side

    func next() -> Chunk {
        let (chunk, work) = state.withLock { state -> (Chunk, Work?) in
            // Before anything is looked at: what comes from now on wakes again.
            state.isWoken = false
            guard var work = state.work else { return (state.hasEnded ? .end : .wait, nil) }
            state.work = nil
            if work.output.isEmpty, !state.hasEnded, case .live(let next) = work.phase {
                takeEvents(from: next, &work, &state)
            }
            if !work.output.isEmpty {
                let output = work.output
                work.output = []
                state.work = work
                return (.bytes(output), nil)
            }
            if state.hasEnded { return (.end, nil) }
            if case .live = work.phase {
                state.work = work
                return (.wait, nil)
            }
            return (.wait, work)
        }
        if case .end = chunk { leave() }
        if let work { hub.threads.submit { state in self.read(work, isActive: state == .active) } }
        return chunk
    }

    func whenReadable(_ callback: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if state.isWoken || state.hasEnded { return true }
            state.callback = callback
            return false
        }
        if isNow { callback() }
    }

    func cancel() {
        state.withLock { state in
            state.hasEnded = true
            state.work?.output = []
        }
        leave()
        wake()
    }

    // MARK: The hub's side

    /// There may be something.
    func wake() {
        let callback = state.withLock { state -> (@Sendable () -> Void)? in
            state.isWoken = true
            defer { state.callback = nil }
            return state.callback
        }
        callback?()
    }

    /// Whether its time is over, or a bookmark is due.
    func isDue(at now: UInt64) -> Bool {
        state.withLock { $0.end <= now || (settings.allowsBookmarks && $0.nextBookmark <= now) }
    }

    /// Whether everything up to a revision was told; for tests.
    func isQuiet(at revision: Int64) -> Bool {
        state.withLock { state in
            guard let work = state.work, work.output.isEmpty, case .live(let next) = work.phase else { return false }
            let position = hub.position(type)
            return position.next == next && position.revision >= revision
        }
    }

    /// Whether it looks into objects.
    var isSelective: Bool { settings.isSelective }

    /// What allowed it; nil where nobody was asked.
    var permit: WatchPermit? { settings.permit }

    /// Ends it with an error event: what its client has not taken yet it may not have any more.
    func refuse(_ failure: APIFailure) {
        state.withLock { state in
            guard !state.hasEnded, state.refusal == nil else { return }
            state.refusal = failure
            guard var work = state.work else { return }
            state.work = nil
            tellRefusal(&work, &state)
            state.work = work
        }
        wake()
    }

    private func tellRefusal(_ work: inout Work, _ state: inout State) {
        guard let refusal = state.refusal, !state.hasEnded else { return }
        work.output = []
        line("ERROR", refusal.status.json, &work)
        state.hasEnded = true
    }

    /// Bytes that it holds for its client, for tests; nil while it reads.
    var held: Int? { state.withLock { $0.work?.output.count } }

    private func leave() {
        let (isIn, isExpired) = state.withLock { state in
            defer { state.hasEntered = false }
            return (state.hasEntered, state.isExpired)
        }
        if isIn { hub.leave(self, type: type, isExpired: isExpired) }
    }

    // MARK: Events

    private func takeEvents(from next: Int, _ work: inout Work, _ state: inout State) {
        let now = hub.time.now().ticks
        switch hub.events(type, from: next, limit: Self.step, bytes: Self.stepBytes) {
        case .leftBehind: work.phase = .backlog
        case .events(let events, let revision, let isAll):
            for event in events where event.revision > work.last {
                if let change = work.feed.change(of: event, after: work.read) { tell(event, as: change, &work) }
            }
            work.last = max(work.last, revision)
            work.phase = .live(next + events.count)
            guard isAll else { return }
            if work.owesInitialEnd {
                work.owesInitialEnd = false
                line("BOOKMARK", settings.form.bookmark(work.last, isInitialEnd: true), &work)
            }
            let isLast = state.end <= now
            if settings.allowsBookmarks, isLast || state.nextBookmark <= now {
                state.nextBookmark = now + Self.bookmarkPause
                line("BOOKMARK", settings.form.bookmark(work.last, isInitialEnd: false), &work)
            }
            if isLast { state.hasEnded = true }
        }
    }

    private func tell(_ event: WatchEvent, as change: WatchEvent.Change, _ work: inout Work) {
        guard let change = work.filter.change(event, as: change) else { return }
        let object =
            work.hasTold
            ? event.form(settings.form.name) { settings.form.form(event.object) } : settings.form.first(event.object)
        work.hasTold = true
        let word: StaticString =
            switch change {
            case .added: "ADDED"
            case .modified: "MODIFIED"
            case .deleted: "DELETED"
            }
        line(word, object, &work)
    }

    private func line(_ word: StaticString, _ object: Bytes, _ work: inout Work) {
        work.output += Array("{\"type\":\"\(word)\",\"object\":".utf8)
        work.output += object
        work.output += Array("}\n".utf8)
    }

    // MARK: Reading, on a thread that may block

    private func read(_ taken: Work, isActive: Bool) {
        var work = taken
        var failure: APIFailure?
        if isActive {
            do throws(StoreError) {
                try hub.read { view throws(StoreError) in failure = try step(&work, in: view) }
            } catch {
                failure = APIFailure(500, reason: "InternalError", error.description)
            }
        }
        if let failure { line("ERROR", failure.status.json, &work) }
        let isOver = state.withLock { state in
            state.isExpired = failure?.code == 410
            state.hasEntered = work.hasEntered
            if state.hasEnded { work.output = [] }
            tellRefusal(&work, &state)
            if failure != nil || !isActive { state.hasEnded = true }
            state.work = work
            return state.hasEnded
        }
        if isOver { leave() }
        wake()
    }

    private func step(_ work: inout Work, in view: StoreTransaction) throws(StoreError) -> APIFailure? {
        if case .initial(let place) = work.phase {
            if place == ObjectRows.Place() { work.last = view.revision }
            if let refusal = enter(&work, revision: work.last) { return refusal }
            try sendState(from: place, &work, in: view)
            return nil
        }
        let oldest = try view.oldestRevision()
        guard oldest <= work.last, work.last <= view.revision else {
            return .expired(
                "resource version \(work.last) is not kept: \(oldest) to \(view.revision) are; list anew")
        }
        if let refusal = enter(&work, revision: work.last) { return refusal }
        if work.mustLearn {
            try learn(&work, in: view)
            work.mustLearn = false
        }
        let position = hub.position(type)
        let read = try work.feed.events(after: work.last, ofTypes: [type], step: Self.step, in: view)
        for (_, event) in read.events {
            if let change = event.change(isNew: event.untoldSince != nil) { tell(event, as: change, &work) }
        }
        work.last = read.upTo
        work.read = work.last
        if work.last >= position.revision { work.phase = .live(position.next) }
        return nil
    }

    private func enter(_ work: inout Work, revision: Int64) -> APIFailure? {
        guard !work.hasEntered else { return nil }
        guard hub.enter(self, type: type, revision: revision) else {
            return .tooManyWatches
        }
        work.hasEntered = true
        return nil
    }

    private func sendState(
        from place: ObjectRows.Place, _ work: inout Work, in view: StoreTransaction
    ) throws(StoreError) {
        let rows = try ObjectRows(kind: settings.kind, view: view)
        let objects: [StoredObject]
        var next: ObjectRows.Place?
        if let name = settings.name {
            objects = try rows.object(namespace: settings.namespace, name: name).map { [$0] } ?? []
        } else {
            (objects, next) = try rows.page(
                namespace: settings.namespace, after: place, limit: work.pageSize, byteLimit: Self.stepBytes)
            let bytes = objects.reduce(0) { $0 + $1.value.count }
            work.pageSize = Self.stepBytes * max(1, objects.count) / max(1, bytes)
            work.pageSize = min(max(1, work.pageSize), ObjectRows.pageSize)
        }
        for object in objects where work.filter.takesFirst(object, revision: work.last) {
            line("ADDED", work.hasTold ? settings.form.form(object) : settings.form.first(object), &work)
            work.hasTold = true
        }
        work.phase = next.map(Phase.initial) ?? .backlog
    }

    /// Learns which objects matched at the revision where the client goes on, as far as they have not changed since.
    private func learn(_ work: inout Work, in view: StoreTransaction) throws(StoreError) {
        let rows = try ObjectRows(kind: settings.kind, view: view)
        var place: ObjectRows.Place? = ObjectRows.Place()
        while let from = place {
            let page = try rows.page(namespace: settings.namespace, after: from, limit: ObjectRows.pageSize)
            for object in page.objects { work.filter.resumes(object, after: work.last) }
            place = page.next
        }
        work.filter.hasResumed(at: view.revision)
    }
}

extension APIFailure {
    /// As many watch as may.
    static var tooManyWatches: APIFailure {
        APIFailure(
            429, reason: "TooManyRequests", "as many watch as may; end one of them, or try again later",
            retryAfter: 10)
    }
}
