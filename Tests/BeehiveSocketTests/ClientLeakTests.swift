import Beehive
import NIOPosix
import Testing

@testable import BeehiveSocket

@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClientLeakTests {
    private struct Queue: Sendable {
        weak var queue: DeliveryQueue?
    }

    @Test func `a module's client that is closed or was cut off leaves nothing behind, nor what nobody took`()
        async throws
    {
        try await SocketFixture().serve { fixture in
            var queues: [Queue] = []
            for number in 0..<10 {
                var options = BeehiveModuleClient.Options()
                options.attachTimeout = .seconds(60)
                let client = try await BeehiveModuleClient.connect(
                    path: fixture.path, name: "lamp", on: fixture.group, options: options)
                let queue = client.messages.queue
                queues.append(Queue(queue: queue))
                fixture.deliver(text(from: .metaManager, id: "d\(number)"), to: "lamp")
                try await until { queue.depth > 0 }
                // The next one replaces one that is not closed.
                if number % 2 == 1 || number == 8 { await client.close() }
            }
            try await until { queues.allSatisfy { $0.queue == nil } }
        }
    }
}
