import Beehive
import FakeCloud

/// The cloud's end: pushes with many under way, over TLS on loopback, by the cloud's own thread.
struct CloudLoad {
    let cloud: FakeCloudCore
    let node: String
    /// How long nothing may come until those under way are missing.
    let patience: Duration

    /// Pushes a window of messages and takes their acks.
    func run(_ work: LoadWork, window: Int, first: Int, count: Int, inFlight: Int) async throws -> LoadLedger {
        let ledger = Lock(LoadLedger(first: first, count: count, inFlight: inFlight))
        let next: @Sendable () -> [[UInt8]] = {
            ledger.withLock { ledger in
                var frames: [[UInt8]] = []
                while let place = ledger.next(now: SystemTime.ticks()) {
                    var frame: [UInt8] = []
                    // CloudCore's encoder ends each message with a line feed.
                    frame.reserveCapacity(work.frame.count + 1)
                    work.frame.append(work.fields(window, place, first + place), to: &frame)
                    frame.append(UInt8(ascii: "\n"))
                    frames.append(frame)
                }
                return frames
            }
        }
        try await cloud.tapAnswers { message in
            let parent = message.header.parentID
            guard parent.hasPrefix(LoadWork.idPrefix), let number = Int(parent.dropFirst(LoadWork.idPrefix.count))
            else {
                return nil
            }
            let fault = Self.fault(of: message)
            ledger.withLock { $0.answer(to: number, fault: fault, now: SystemTime.ticks()) }
            return next()
        }
        try await cloud.send(to: node, next)
        var answered = 0
        var end = SystemTime().now().advanced(by: patience).ticks
        while true {
            // Copied only at the end: a copy makes the next answer copy the window's latencies.
            let now = ledger.withLock { $0.answered }
            if now == count || SystemTime.ticks() > end { return ledger.withLock { $0 } }
            if now > answered {
                answered = now
                end = SystemTime().now().advanced(by: patience).ticks
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func fault(of message: Message) -> String? {
        guard message.route.operation == .response else {
            return "an \(message.route.operation): \(message.content.string ?? "")"
        }
        return message.content.isOK ? nil : "a response that is no ack"
    }
}
