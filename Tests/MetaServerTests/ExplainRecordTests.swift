import Beehive
import MetaStore
import Testing

@testable import MetaManager
@testable import MetaServer

/// Explaining an object waits for the recorder, and lets nobody else wait meanwhile.
@Suite(.timeLimit(.minutes(5)))
struct ExplainRecordTests {
    /// Whether somebody else can read the store now; false after a long wait.
    private static func canRead(_ reader: StoreReader) -> Bool {
        let hasRead = Lock(false)
        LoopThread().start {
            _ = try? reader.types()
            hasRead.withLock { $0 = true }
            hasRead.broadcast()
        }
        return hasRead.wait(deadline: SystemTime().now().advanced(by: .seconds(20)).ticks) { $0 ? true : nil } ?? false
    }

    @Test func `the store is let go of before the flight record is waited for and read`() async throws {
        let trace = DecisionTrace()
        let route = Route(
            source: .edgeController, group: .resource, operation: .update, resource: "demo/configmap/settings")
        trace.record([
            Decision(time: 1, id: "m1", source: "cloud", route: route, outcome: .stored, reason: "", version: "1")
        ])
        let wasFree = Lock<Bool?>(nil)
        func change(_ context: inout ServerContext) {
            let reader = context.reader
            context.watchersOf = { _, _ in
                let isFree = Self.canRead(reader)
                wasFree.withLock { $0 = isFree }
                return 0
            }
        }
        try await Fixture.serve(trace: trace, context: change) { fixture in
            let target = "/metamanager/v1/explain?type=configmap&namespace=demo&name=settings"
            let report = try #require(try await fixture.get(target).json)
            #expect(report["messages"]?.elements.map { $0["id"] } == ["m1"])
            #expect(wasFree.withLock { $0 } == true)
        }
    }

    @Test func `one is explained at a time, in order, and too many are told so`() async {
        let turns = Turns(waiting: 2)
        #expect(await turns.take())
        let order = Lock<[Int]>([])
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2 {
                group.addTask {
                    guard await turns.take() else { return }
                    order.withLock { $0.append(number) }
                    turns.giveBack()
                }
                while turns.waiting <= number { await Task.yield() }
            }
            #expect(await turns.take() == false)
            #expect(order.withLock { $0 } == [])
            turns.giveBack()
        }
        #expect(order.withLock { $0 } == [0, 1])
        #expect(await turns.take())
    }
}
