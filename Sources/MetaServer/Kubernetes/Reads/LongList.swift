internal import Beehive
internal import KubeAPI
internal import MetaStore
internal import NIOPosix

/// A list that is sent while it is read: of one snapshot, a piece at a time, as fast as the client takes it.
///
/// Holds one piece. The snapshot keeps the store's log from beginning anew, so the whole has a time to be taken in.
final class LongList: ChunkSource {
    /// What belongs to whoever has it: the connection's thread, or the one that reads.
    private struct Work {
        var list: ListBytes
        /// Nil once the last object was read.
        var place: ObjectRows.Place? = ObjectRows.Place()
        var hasHead = false
        var output: [UInt8] = []
        /// Nothing more comes behind the output.
        var isWhole = false
    }

    private struct State {
        /// Nil while the store is read.
        var work: Work?
        var hasEnded = false
        /// The list cannot be made whole: the client has to see that.
        var isBroken = false
        var isWoken = false
        var callback: (@Sendable () -> Void)?
    }

    private let request: ResourceRequest
    private let kind: KubeKind
    private let selector: Selector
    private let form: any AnswerForming
    private let snapshot: StoreSnapshot
    private let threads: NIOThreadPool
    private let time: any TimeSource
    private let end: UInt64
    /// Let go of with the list: so many are sent at a time.
    private let place: any AnyObject & Sendable
    private let state: Lock<State>

    /// About the bytes of a piece.
    private static let pieceBytes = 128 << 10
    /// How long a piece may be looked for before others get the thread: most objects may not match.
    private static let pieceTime: Duration = .milliseconds(50)
    /// How long the client may take for the whole.
    static let wholeTime: Duration = .seconds(60)

    /// Makes a list; the first pull begins to read.
    init(
        _ request: ResourceRequest, kind: KubeKind, form: any AnswerForming, snapshot: StoreSnapshot,
        threads: NIOThreadPool, time: any TimeSource, place: any AnyObject & Sendable
    ) {
        self.request = request
        self.kind = kind
        self.form = form
        self.snapshot = snapshot
        self.threads = threads
        self.time = time
        self.place = place
        selector = Selector(request)
        end = time.now().advanced(by: Self.wholeTime).ticks
        state = Lock(State(work: Work(list: ListBytes(form: form))))
    }

    func next() -> Chunk {
        let (chunk, work) = state.withLock { state -> (Chunk, Work?) in
            state.isWoken = false
            guard var work = state.work else { return (.wait, nil) }
            if !work.output.isEmpty {
                let output = work.output
                work.output = []
                state.work = work
                return (.bytes(output), nil)
            }
            if state.isBroken { return (.broken, nil) }
            if state.hasEnded || work.isWhole { return (.end, nil) }
            state.work = nil
            return (.wait, work)
        }
        if let work { threads.submit { state in self.read(work, isActive: state == .active) } }
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
        // Waits for a piece that is being read; that has an end.
        threads.submit { _ in self.snapshot.close() }
        wake()
    }

    /// Bytes that it holds for its client, for tests; nil while it reads.
    var held: Int? { state.withLock { $0.work?.output.count } }

    private func wake() {
        let callback = state.withLock { state -> (@Sendable () -> Void)? in
            state.isWoken = true
            defer { state.callback = nil }
            return state.callback
        }
        callback?()
    }

    // MARK: Reading, on a thread that may block

    private func read(_ taken: Work, isActive: Bool) {
        var work = taken
        var isBroken = !isActive || time.now().ticks >= end
        if !isBroken {
            do throws(StoreError) {
                try snapshot.read { view throws(StoreError) in try readPiece(&work, in: view) }
            } catch {
                isBroken = true
            }
        }
        if work.isWhole || isBroken { snapshot.close() }
        state.withLock { state in
            if state.hasEnded || isBroken { work.output = [] }
            state.isBroken = isBroken
            state.work = work
        }
        wake()
    }

    private func readPiece(_ work: inout Work, in view: StoreTransaction) throws(StoreError) {
        if !work.hasHead {
            let wanted = request.options.versionMatch == .exact ? Int64(request.options.resourceVersion) : nil
            guard wanted == nil || wanted == view.revision else {
                throw StoreError(.locked, "the store has changed since the exact version was asked for")
            }
            work.output = work.list.head(revision: view.revision, continuation: nil)
            work.hasHead = true
        }
        let rows = try ObjectRows(kind: kind, view: view)
        let until = time.now().advanced(by: Self.pieceTime).ticks
        while let from = work.place, work.list.size < Self.pieceBytes, time.now().ticks < until {
            let page = try rows.page(
                namespace: selector.namespace, after: from, limit: ObjectRows.pageSize, byteLimit: Self.pieceBytes)
            for object in page.objects where selector.matches(object) { work.list.add(object) }
            work.place = page.next
        }
        work.output += work.list.take()
        if work.place == nil {
            work.output += work.list.tail
            work.isWhole = true
        }
    }
}
