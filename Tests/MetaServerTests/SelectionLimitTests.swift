import Beehive
import KubeAPI
import MetaStore
import Testing

@testable import MetaServer

@Suite("how long a selector may keep a reader")
struct SelectionLimitTests {
    /// A clock that goes on by two seconds whenever somebody looks.
    private struct HastyTime: TimeSource {
        let looks = Lock<UInt64>(0)

        func now() -> Moment {
            let looks = looks.withLock { looks in
                looks += 1
                return looks
            }
            return Moment(wall: 1, ticks: looks * 2_000_000_000)
        }
    }

    @Test("a list that takes too long to select ends; one without a selector does not")
    func ends() throws {
        let stored = try WatchedStore(seed: 7)
        defer { stored.remove() }
        for _ in 0..<40 { try stored.change(4) }
        func code(_ labels: LabelSelector?) throws -> Int {
            var request = ResourceRequest(verb: .list, resource: WatchedStore.pod.resource)
            request.options.labels = labels
            let answer = try Answer(accept: nil, request, kind: WatchedStore.pod, time: SystemTime())
            let handler = ReadHandler(time: HastyTime())
            let result = try stored.reader.read { view throws(StoreError) in
                try handler.list(request, kind: WatchedStore.pod, form: answer.form, in: view)
            }
            switch result {
            case .success: return 200
            case .failure(let refusal): return refusal.code
            }
        }
        #expect(try code(nil) == 200)
        #expect(try code(LabelSelector(requirements: [.exists(key: "none")])) == 504)
    }
}
