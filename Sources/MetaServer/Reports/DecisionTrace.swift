internal import Beehive
internal import DequeModule
public import MetaManager

/// The last decisions, and those to come for whoever follows; the loop's observer writes into it and never waits.
///
/// Policy when a follower does not keep up: it is cut off, and its last line tells so.
public final class DecisionTrace: Sendable {
    private struct State {
        var last = Deque<Decision>()
        var followers: [ObjectIdentifier: TraceFollower] = [:]
        var refused: UInt64 = 0
        var sightings = Sightings()
    }

    private let state = Lock(State())
    private let kept: Int
    private let followerLimit: Int
    private let maximumFollowers: Int

    /// Makes an empty trace.
    ///
    /// - Parameters:
    ///   - kept: how many decisions are remembered.
    ///   - followerLimit: how many decisions may wait for a follower.
    ///   - maximumFollowers: how many may follow at once.
    public init(kept: Int = 1000, followerLimit: Int = 4096, maximumFollowers: Int = 16) {
        self.kept = kept
        self.followerLimit = followerLimit
        self.maximumFollowers = maximumFollowers
    }

    /// Takes decisions in; costs little when nobody follows.
    ///
    /// - Parameter decisions: in the order they were made.
    public func record(_ decisions: [Decision]) {
        let decisions = decisions.map(\.bounded)
        let followers = state.withLock { state in
            state.last.append(contentsOf: decisions.suffix(kept))
            if state.last.count > kept { state.last.removeFirst(state.last.count - kept) }
            for decision in decisions { state.sightings.note(decision) }
            return Array(state.followers.values)
        }
        for follower in followers { follower.add(decisions) }
    }

    /// The last decisions, oldest first.
    public var last: [Decision] { state.withLock { Array($0.last) } }

    /// The last decisions, oldest first, no more than a number of them.
    func last(_ count: Int) -> [Decision] { state.withLock { Array($0.last.suffix(count)) } }

    /// What the cloud last said of an object, as far as that is remembered.
    func sighting(_ key: String) -> Sighting? { state.withLock { $0.sightings[key] } }

    /// How many follow.
    public var followers: Int { state.withLock { $0.followers.count } }

    /// How often somebody was not let follow, because so many did.
    public var followersRefused: UInt64 { state.withLock { $0.refused } }

    /// Lets somebody follow.
    ///
    /// - Parameter tail: how many of the last decisions come first.
    /// - Returns: the decisions as lines of JSON; nil when as many follow as may.
    public func follow(tail: Int) -> (any ChunkSource)? {
        let follower = TraceFollower(limit: max(followerLimit, kept)) { [weak self] follower in
            self?.leave(ObjectIdentifier(follower))
        }
        let isTaken = state.withLock { state in
            guard state.followers.count < maximumFollowers else {
                state.refused += 1
                return false
            }
            // Under the same lock as `record`: no decision is missed or comes twice.
            follower.add(Array(state.last.suffix(tail)))
            state.followers[ObjectIdentifier(follower)] = follower
            return true
        }
        return isTaken ? follower : nil
    }

    private func leave(_ id: ObjectIdentifier) { state.withLock { $0.followers[id] = nil } }

    /// A decision as one line of JSON.
    static func line(_ decision: Decision) -> [UInt8] {
        var value: JSONValue = [
            "time": Timestamp.json(decision.time), "id": JSONValue(text: decision.id),
            "source": JSONValue(text: decision.source),
        ]
        if let route = decision.route {
            value["route"] = [
                "source": JSONValue(text: route.source.rawValue), "destination": JSONValue(text: route.destination),
                "group": JSONValue(text: route.group.rawValue), "operation": JSONValue(text: route.operation.rawValue),
                "resource": JSONValue(text: route.resource),
            ]
        }
        value["outcome"] = JSONValue(text: decision.outcome.rawValue)
        value["reason"] = JSONValue(text: decision.reason)
        var line: [UInt8] = []
        value.append(to: &line)
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

/// One follower's queue, with its bound.
final class TraceFollower: ChunkSource {
    private struct State {
        var waiting = Deque<Decision>()
        var callback: (@Sendable () -> Void)?
        var missed = 0
        var hasEnded = false
    }

    private let state = Lock(State())
    private let limit: Int
    private let leave: @Sendable (TraceFollower) -> Void

    init(limit: Int, leave: @escaping @Sendable (TraceFollower) -> Void) {
        self.limit = limit
        self.leave = leave
    }

    func add(_ decisions: [Decision]) {
        let callback = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.hasEnded, !decisions.isEmpty else { return nil }
            if state.missed > 0 || state.waiting.count + decisions.count > limit {
                state.missed += decisions.count
            } else {
                state.waiting.append(contentsOf: decisions)
            }
            defer { state.callback = nil }
            return state.callback
        }
        callback?()
    }

    func next() -> Chunk {
        let (taken, missed, hasEnded) = state.withLock { state in
            // What had come in time still goes out; the bad news comes behind it.
            var taken: [Decision] = []
            while taken.count < 64, let decision = state.waiting.popFirst() { taken.append(decision) }
            let missed = taken.isEmpty ? state.missed : 0
            defer { if missed > 0 { state.hasEnded = true } }
            return (taken, missed, state.hasEnded)
        }
        if !taken.isEmpty { return .bytes(taken.flatMap(DecisionTrace.line)) }
        if hasEnded {
            leave(self)
            return .end
        }
        guard missed > 0 else { return .wait }
        let line: JSONValue = [
            "error": "cut off: the reader did not keep up; read faster, or follow again",
            "missed": JSONValue(integer: missed),
        ]
        return .bytes(Array(line.json) + [UInt8(ascii: "\n")])
    }

    func whenReadable(_ callback: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            if !state.waiting.isEmpty || state.missed > 0 || state.hasEnded { return true }
            state.callback = callback
            return false
        }
        if isNow { callback() }
    }

    func cancel() {
        let callback = state.withLock { state in
            state.hasEnded = true
            state.waiting = []
            defer { state.callback = nil }
            return state.callback
        }
        leave(self)
        callback?()
    }
}
