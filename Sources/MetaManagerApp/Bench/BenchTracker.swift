internal import Beehive
internal import MetaManager

/// Follows which messages are under way, and how long each took to its last output; used by the feeder's thread only.
final class BenchTracker {
    private let outlet: BenchOutlet
    private let isWire: Bool
    private let time = SystemTime()
    private let decoder = MessageDecoder()

    private var sentAt: [UInt64]
    private var left: [Int32]
    /// Of those under way: names of what is done would be counted as the engine's memory.
    private var indexByID: [String: Int32] = [:]
    private var done = 0
    private var wanted = 0
    /// What each message took, in nanoseconds.
    private(set) var latency: [UInt64]
    private(set) var outputs = 0
    private(set) var lastOutput: UInt64 = 0
    private(set) var unexpected = 0
    private(set) var statesSeen = 0
    /// Answers to queries that hold something.
    private(set) var found = 0
    /// The latest state of each key that the cloud still has to see.
    var owed: [String: String] = [:]

    init(count: Int, outlet: BenchOutlet, isWire: Bool) {
        self.outlet = outlet
        self.isWire = isWire
        sentAt = [UInt64](repeating: 0, count: count)
        left = [Int32](repeating: 0, count: count)
        latency = [UInt64](repeating: 0, count: count)
    }

    /// How far the run is.
    var progress: (done: Int, outputs: Int) { (done, outputs) }

    /// A message goes out; its outputs are counted from here.
    func sent(_ index: Int, id: String, outputs: Int) {
        let now = time.now().ticks
        sentAt[index] = now
        left[index] = Int32(outputs)
        wanted += outputs
        if outputs == 0 { finish(index, now) } else { indexByID[id] = Int32(index) }
    }

    private func finish(_ index: Int, _ now: UInt64) {
        latency[index] = now - sentAt[index]
        done += 1
    }

    /// Forgets what came before the first message, which belongs to none.
    func settle() { outlet.forget() }

    /// Blocks until at most so many messages are under way.
    ///
    /// - Returns: false when nothing moved for a long time.
    func wait(sent: Int, atMost: Int) throws -> Bool {
        try count(outlet.takeAll())
        while sent - done > atMost {
            // One in flight sleeps until its last output; many wake for each.
            let arrivals = outlet.take(after: max(outputs + 1, atMost == 0 ? wanted : 0))
            guard !arrivals.isEmpty else { return false }
            try count(arrivals)
        }
        return true
    }

    private func count(_ arrivals: [BenchOutlet.Arrival]) throws {
        for arrival in arrivals {
            for output in arrival.outputs {
                outputs += 1
                let (id, ticks) = try take(output, at: arrival.ticks)
                lastOutput = max(lastOutput, ticks)
                // What came before a message was sent is not its own, whatever name it has.
                guard let index = indexByID[id].map(Int.init), sentAt[index] <= arrival.ticks else {
                    // The push of statuses when the link comes up belongs to no message.
                    if id != BenchRun.reportID { unexpected += 1 }
                    continue
                }
                left[index] -= 1
                guard left[index] == 0 else { continue }
                indexByID[id] = nil
                finish(index, ticks)
            }
        }
    }

    /// Does with an output what its receiver does: behind a socket it leaves as bytes, in this process all is read.
    ///
    /// - Returns: whose output it is, and when it was there.
    private func take(_ output: BenchOutlet.Output, at ticks: UInt64) throws -> (id: String, ticks: UInt64) {
        switch output {
        case .message(let message, let id):
            // Only answers to queries are such lists.
            switch message.content.form {
            case .texts(let texts): found += texts.isEmpty ? 0 : 1
            case .stored: found += 1
            case .json: break
            }
            if isWire {
                try MessageEncoder.write(message, inPiecesOf: 1 << 16) { _ in }
            } else {
                // Of a list that is read when it leaves, every value.
                guard case .stored(let texts) = message.content.form else { return (id, ticks) }
                try texts.withSnapshot { cursor in try cursor.walk { _ in } }
            }
            return (id, time.now().ticks)
        case .entry(let frame):
            guard let message = try? decoder.decode(frame) else { return ("", ticks) }
            statesSeen += 1
            if owed[message.route.resource] == message.id { owed[message.route.resource] = nil }
            // A state's frame may come long after its answer, which may be all that its message had to bring.
            return (indexByID[message.id] == nil ? BenchRun.reportID : message.id, ticks)
        }
    }
}
