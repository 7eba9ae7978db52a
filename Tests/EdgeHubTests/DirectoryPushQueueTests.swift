import Beehive
import Testing

@testable import EdgeHub

@Suite struct DirectoryPushQueueTests {
    static func push(_ operation: Beehive.Operation, _ name: String, _ version: Int64) -> DirectoryPush {
        DirectoryPush(
            operation: operation, path: ResourcePath(namespace: "demo", type: .configMap, id: name), version: version,
            content: .null)
    }

    static func at(_ seconds: Double) -> Moment { Sample.moment.advanced(by: .seconds(seconds)) }

    var ids = MessageIDSource(seed: 3)
    var queue = PushQueue(limits: PushQueue.Limits(ackTimeout: .seconds(5), sendings: 5, window: 2))

    @Test mutating func aFrameWithoutAcknowledgementIsSentAgainUnderItsID() throws {
        queue.add(Self.push(.insert, "a", 1))
        let first = try #require(queue.due(at: Self.at(0), ids: &ids).first)
        #expect(queue.due(at: Self.at(4.9), ids: &ids).isEmpty)
        for round in 1...4 {
            #expect(queue.due(at: Self.at(Double(round) * 5), ids: &ids).map(\.id) == [first.id])
        }
        #expect(queue.due(at: Self.at(25), ids: &ids).isEmpty)
        #expect(queue.putOff.map(\.key) == ["demo/configmap/a"])
        #expect(queue.due(at: Self.at(30), ids: &ids).isEmpty)
        #expect(queue.due(at: Self.at(35), ids: &ids).map(\.id) == [first.id])
        #expect(queue.acknowledge(first.id)?.version == 1)
        #expect(queue.count == 0)
        #expect(queue.nextDeadline == nil)
    }

    @Test mutating func onlySoManyAreOnTheirWay() throws {
        for name in ["a", "b", "c"] { queue.add(Self.push(.insert, name, 1)) }
        let sent = queue.due(at: Self.at(0), ids: &ids)
        #expect(sent.map(\.route.resource) == ["demo/configmap/a", "demo/configmap/b"])
        _ = queue.acknowledge(try #require(sent.first).id)
        #expect(queue.due(at: Self.at(1), ids: &ids).map(\.route.resource) == ["demo/configmap/c"])
    }

    @Test(arguments: [
        (["insert", "update"], ["insert 2"]), (["insert", "delete"], ["delete 2"]),
        (["delete", "insert"], ["delete 1", "insert 2"]), (["update", "update"], ["update 2"]),
    ])
    func ofWhatWaitsTheNewestGoes(_ row: ([String], [String])) {
        var ids = MessageIDSource(seed: 4)
        var queue = PushQueue(limits: PushQueue.Limits(ackTimeout: .seconds(5), sendings: 5, window: 8))
        for (index, word) in row.0.enumerated() {
            queue.add(Self.push(Operation(word), "a", Int64(index + 1)))
        }
        let sent = queue.due(at: Self.at(0), ids: &ids)
        #expect(sent.map { "\($0.route.operation) \($0.header.resourceVersion)" } == row.1)
    }

    @Test mutating func whatIsReplacedIsNotSentAgain() throws {
        queue.add(Self.push(.insert, "a", 1))
        let older = try #require(queue.due(at: Self.at(0), ids: &ids).first)
        queue.add(Self.push(.update, "a", 2))
        let newer = try #require(queue.due(at: Self.at(1), ids: &ids).first)
        #expect(queue.acknowledge(older.id) == nil)
        #expect(queue.due(at: Self.at(6), ids: &ids).map(\.id) == [newer.id])
    }
}
