internal import Beehive
internal import NIOCore

/// What the fake cloud knows; behind its lock.
struct FakeCloudState: Sendable {
    struct Waiter: Sendable {
        let number: Int
        let start: Int
        let promise: EventLoopPromise<ReceivedFrame>
        let condition: @Sendable (ReceivedFrame) -> Bool

        func isSatisfied(by frame: ReceivedFrame) -> Bool { frame.number >= start && condition(frame) }
    }

    var ids = MessageIDSource()
    var channel: (any Channel)?
    var connections = 0
    var isRefusing = false
    var isWithholdingPongs = false
    var owedPongs: [String] = []
    var received: [ReceivedFrame] = []
    /// How many frames came and were taken away since.
    var taken = 0
    var unacked: [Message] = []
    var rules: [@Sendable (Message) -> [Message]] = []
    var waiters: [Waiter] = []
    var waiterCount = 0
}
