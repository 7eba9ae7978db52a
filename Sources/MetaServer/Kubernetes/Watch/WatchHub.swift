public import Beehive
internal import DequeModule
public import MetaStore
internal import NIOCore
public import NIOPosix
public import ServiceLifecycle

/// Reads the change feed once for all watchers and keeps the last events of each type that somebody watches.
///
/// Nobody waits for a watcher: each has its own place among the events and takes them as fast as it can. One whose place
/// was left behind reads on from the feed; one that is left behind there too is told to list anew (410).
public final class WatchHub: Service {
    private struct Channel {
        var events = Deque<WatchEvent>()
        /// The number of the first of these events, counted from the channel's beginning.
        var first = 0
        var bytes = 0
        var watchers: [ObjectIdentifier: Watcher] = [:]
        /// How many of them look into objects.
        var selective = 0
        /// The number of the first event that keeps its tree, and the bytes of those that do.
        private var young = 0
        private var youngBytes = 0

        /// The most events that keep their tree, and the most bytes of their objects: a tree takes about ten times as much.
        static let youngLimit = 512
        static let youngByteLimit = 512 << 10

        mutating func append(_ event: WatchEvent, eventLimit: Int, byteLimit: Int) {
            events.append(event)
            bytes += event.cost
            youngBytes += event.object.value.count
            let end = first + events.count
            while young < end, end - young > Self.youngLimit || youngBytes > Self.youngByteLimit {
                let old = events[young - first]
                old.age()
                youngBytes -= old.object.value.count
                young += 1
            }
            while events.count > 1, events.count > eventLimit || bytes > byteLimit, let gone = events.popFirst() {
                if young == first {
                    gone.age()
                    youngBytes -= gone.object.value.count
                    young += 1
                }
                first += 1
                bytes -= gone.cost
            }
        }

        /// Makes everybody's place one that is left behind.
        mutating func forget() {
            first += events.count + 1
            events = []
            bytes = 0
            (young, youngBytes) = (first, 0)
        }
    }

    private struct State {
        var channels: [ResourceType: Channel] = [:]
        /// The feed is read up to here.
        var published: Int64 = 0
        /// The store is known to be here.
        var wanted: Int64 = 0
        var isReading = false
        var isStopped = false
        var feed = FeedEvents()
        var clock: RepeatedTask?
        var told: UInt64 = 0
        var ended: UInt64 = 0
        var refused: UInt64 = 0
    }

    /// A place among the events of a type.
    struct Position {
        /// The number of the next event.
        var next: Int
        /// Everything up to this revision stands before it.
        var revision: Int64
    }

    /// What there is behind a place.
    enum Events {
        /// The events, perhaps none, the revision up to which they tell everything, and whether there are no more.
        case events([WatchEvent], upTo: Int64, isAll: Bool)
        /// Some are gone.
        case leftBehind
    }

    /// The most events and bytes that are kept for a type.
    private let eventLimit: Int
    private let byteLimit: Int
    /// The most watchers at once.
    private let watcherLimit: Int
    private let recheckInterval: Duration
    private let state = Lock(State())
    private let reader: StoreReader
    let threads: NIOThreadPool
    let loops: MultiThreadedEventLoopGroup
    let time: any TimeSource

    /// Makes a hub that reads when it is told of changes and somebody watches.
    ///
    /// - Parameters:
    ///   - reader: a reader of its own: no request waits for it.
    ///   - threads: where it reads.
    ///   - loops: where its clock ticks.
    ///   - time: where the time comes from.
    ///   - eventLimit: the most events that are kept for a type.
    ///   - byteLimit: the most bytes that they may have.
    ///   - watcherLimit: the most watchers at once.
    ///   - recheckInterval: how long a watch may outlive what allowed it.
    public init(
        reader: StoreReader, threads: NIOThreadPool, loops: MultiThreadedEventLoopGroup,
        time: any TimeSource = SystemTime(), eventLimit: Int = 1024, byteLimit: Int = 4 << 20, watcherLimit: Int = 1536,
        recheckInterval: Duration = .seconds(5)
    ) {
        self.reader = reader
        self.threads = threads
        self.loops = loops
        self.time = time
        self.eventLimit = eventLimit
        self.byteLimit = byteLimit
        self.watcherLimit = watcherLimit
        self.recheckInterval = recheckInterval
    }

    /// How many watch, what they were told, and what is kept for them.
    public var figures: WatchFigures {
        state.withLock { state in
            var figures = WatchFigures()
            (figures.events, figures.expired, figures.refused) = (state.told, state.ended, state.refused)
            for channel in state.channels.values {
                figures.watchers += channel.watchers.count
                figures.keptEvents += channel.events.count
                figures.keptBytes += channel.bytes
            }
            return figures
        }
    }

    /// Everybody who watches a type.
    func watchers(of type: ResourceType) -> [Watcher] {
        state.withLock { state in state.channels[type].map { Array($0.watchers.values) } ?? [] }
    }

    /// Takes note of a commit; costs little, and next to nothing while nobody watches.
    ///
    /// - Parameter revision: the store's newest revision.
    public func committed(_ revision: Int64) {
        let isDue = state.withLock { state in
            guard !state.channels.isEmpty, revision > state.wanted else { return false }
            state.wanted = revision
            guard !state.isReading, !state.isStopped else { return false }
            state.isReading = true
            return true
        }
        if isDue { read() }
    }

    /// Ends every watcher.
    public func stop() {
        let (watchers, clock) = state.withLock { state in
            state.isStopped = true
            defer { state.clock = nil }
            return (state.channels.values.flatMap { Array($0.watchers.values) }, state.clock)
        }
        clock?.cancel()
        for watcher in watchers { watcher.cancel() }
        reader.close()
    }

    /// Until the program stops, asks now and then whether callers may still watch; then ends every watcher and lets go of
    /// the store.
    ///
    /// - Throws: never.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: self.recheckInterval)
                await self.recheck()
            }
        }
        stop()
    }

    /// Ends the watches of those who may no longer watch: whose token has expired or was withdrawn, or whose rules are
    /// others now.
    func recheck() async {
        let watchers = state.withLock { state in state.channels.values.flatMap { Array($0.watchers.values) } }
        // Many watches of one client have one token.
        var known: [WatchPermit.Holder: Authentication] = [:]
        for watcher in watchers {
            guard !Task.isCancelled else { return }
            guard let permit = watcher.permit else { continue }
            let answer: Authentication
            if let same = known[permit.holder] { answer = same } else { answer = await permit.ask() }
            known[permit.holder] = answer
            if let refusal = permit.refusal(answer) { watcher.refuse(refusal) }
        }
    }

    /// Reads for a watcher; nothing any more once the hub has stopped.
    func read(_ body: (StoreTransaction) throws(StoreError) -> Void) throws(StoreError) {
        guard !state.withLock({ $0.isStopped }) else { throw StoreError(.locked, "the program is stopping") }
        try reader.read(body)
    }

    // MARK: Watchers

    /// Whether one more may watch; who may not is counted.
    func hasRoom() -> Bool {
        state.withLock { state in
            let hasRoom = state.channels.values.reduce(0) { $0 + $1.watchers.count } < watcherLimit
            if !hasRoom { state.refused += 1 }
            return hasRoom
        }
    }

    /// Takes a watcher in.
    ///
    /// - Parameters:
    ///   - watcher: who; it is held until it leaves.
    ///   - type: what it watches.
    ///   - revision: a revision of the store that is not newer than what the watcher has read itself.
    /// - Returns: false when there are too many, or the program stops.
    func enter(_ watcher: Watcher, type: ResourceType, revision: Int64) -> Bool {
        let isTaken = state.withLock { state in
            let count = state.channels.values.reduce(0) { $0 + $1.watchers.count }
            guard !state.isStopped, count < watcherLimit else {
                state.refused += 1
                return false
            }
            if state.channels.isEmpty, !state.isReading {
                // Nobody was told of what came before.
                state.published = revision
                state.wanted = max(state.wanted, revision)
                state.feed = FeedEvents()
            }
            state.channels[type, default: Channel()].watchers[ObjectIdentifier(watcher)] = watcher
            if watcher.isSelective { state.channels[type]?.selective += 1 }
            return true
        }
        if isTaken { startClock() }
        return isTaken
    }

    func leave(_ watcher: Watcher, type: ResourceType, isExpired: Bool) {
        let clock: RepeatedTask? = state.withLock { state in
            guard state.channels[type]?.watchers.removeValue(forKey: ObjectIdentifier(watcher)) != nil else {
                return nil
            }
            if isExpired { state.ended += 1 }
            if watcher.isSelective { state.channels[type]?.selective -= 1 }
            if state.channels[type]?.watchers.isEmpty == true { state.channels[type] = nil }
            guard state.channels.isEmpty else { return nil }
            defer { state.clock = nil }
            return state.clock
        }
        clock?.cancel()
    }

    /// The end of the events of a type.
    func position(_ type: ResourceType) -> Position {
        state.withLock { state in
            let channel = state.channels[type] ?? Channel()
            return Position(next: channel.first + channel.events.count, revision: state.published)
        }
    }

    /// Some of the events behind a place.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - next: the place.
    ///   - limit: the most events.
    ///   - bytes: about the most that they have together; one larger event still comes.
    /// - Returns: the events, or that some are gone.
    func events(_ type: ResourceType, from next: Int, limit: Int, bytes: Int) -> Events {
        state.withLock { state in
            guard let channel = state.channels[type] else { return .leftBehind }
            guard next >= channel.first else { return .leftBehind }
            let start = min(next - channel.first, channel.events.count)
            var events: [WatchEvent] = []
            var size = 0
            for event in channel.events[start...].prefix(limit) {
                size += event.object.value.count
                guard events.isEmpty || size <= bytes else { break }
                events.append(event)
            }
            let isAll = start + events.count == channel.events.count
            return .events(
                events, upTo: isAll ? state.published : events.last?.revision ?? state.published, isAll: isAll)
        }
    }

    // MARK: Reading

    /// How many lines are read at once.
    private static let step = 512

    private func read() {
        threads.submit { state in
            guard case .active = state else { return self.state.withLock { $0.isReading = false } }
            var goesOn = true
            while goesOn { goesOn = self.readStep() }
        }
    }

    /// What is to be read, as it stood when that began.
    struct Turn {
        fileprivate let from: Int64
        fileprivate let types: Set<ResourceType>
        fileprivate let feed: FeedEvents
    }

    /// Reads some lines; false when there are no more, or nobody wants them.
    private func readStep() -> Bool { finish(beginTurn()) }

    /// Notes where to read on, and for which types.
    ///
    /// One at a time: who begins one has set `isReading`.
    func beginTurn() -> Turn {
        state.withLock { Turn(from: $0.published, types: Set($0.channels.keys), feed: $0.feed) }
    }

    /// Reads what was noted, and tells it.
    func finish(_ turn: Turn) -> Bool {
        let (from, types) = (turn.from, turn.types)
        var events: [(type: ResourceType, event: WatchEvent)] = []
        var now = turn.feed
        var last = from
        var isLost = false
        do throws(StoreError) {
            try read { view throws(StoreError) in
                guard try view.oldestRevision() <= from else {
                    isLost = true
                    last = view.revision
                    return
                }
                (events, last) = try now.events(after: from, ofTypes: types, step: Self.step, in: view)
            }
        } catch {
            // The next commit, or the clock, tries again; watchers are behind meanwhile and miss nothing.
            state.withLock { $0.isReading = false }
            return false
        }
        // Here and not on the connections' loop, which has others to serve meanwhile.
        let looked = state.withLock { state in Set(state.channels.filter { $0.value.selective > 0 }.keys) }
        var bytes = 0
        for (type, event) in events.reversed() where looked.contains(type) {
            bytes += event.object.value.count
            guard bytes <= Channel.youngByteLimit else { break }
            _ = event.tree()
        }
        let (woken, goesOn) = state.withLock { state in
            state.feed = isLost ? FeedEvents() : now
            for (type, event) in events {
                state.channels[type]?.append(event, eventLimit: eventLimit, byteLimit: byteLimit)
            }
            state.told += UInt64(events.count)
            state.published = last
            for type in state.channels.keys where isLost || !types.contains(type) {
                // Who came while this was read was not read for: they take it from the feed themselves.
                state.channels[type]?.forget()
            }
            let goesOn = state.wanted > last && last > from && !state.channels.isEmpty
            if !goesOn { state.isReading = false }
            let touched =
                isLost
                ? Set(state.channels.keys) : Set(events.map(\.type)).union(Set(state.channels.keys).subtracting(types))
            return (touched.flatMap { Array((state.channels[$0]?.watchers ?? [:]).values) }, goesOn)
        }
        for watcher in woken { watcher.wake() }
        return goesOn
    }

    // MARK: Time

    private func startClock() {
        state.withLock { state in
            guard state.clock == nil, !state.isStopped else { return }
            state.clock = loops.next().scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) {
                [weak self] _ in self?.tick()
            }
        }
    }

    /// Wakes who has to end or wants a bookmark, and reads what a failed read left.
    func tick() {
        let (watchers, isDue) = state.withLock { state in
            let isDue = state.wanted > state.published && !state.isReading && !state.channels.isEmpty
            if isDue { state.isReading = true }
            return (state.channels.values.flatMap { Array($0.watchers.values) }, isDue)
        }
        if isDue { read() }
        let now = time.now().ticks
        for watcher in watchers where watcher.isDue(at: now) { watcher.wake() }
    }
}
