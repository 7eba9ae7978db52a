import Beehive
import Testing

@Suite("Open values")
struct OpenValueTests {
    @Test("an unknown word stays as it is")
    func unknown() {
        let word: Operation = "teleport"
        #expect(word.rawValue == "teleport")
        #expect("\(word)" == "teleport")
        #expect(word == Operation(rawValue: "teleport"))
        #expect(word != .insert)
        #expect(!word.isEmpty)
        #expect(Operation("").isEmpty)
    }

    @Test("words order by their text")
    func order() { #expect([ResourceType.secret, .configMap, .pod].sorted() == [.configMap, .pod, .secret]) }

    @Test(
        "a module that names no group gets its standard one",
        arguments: [
            (ModuleName.metaManager, ModuleGroup.meta), (.metaManagerClassic, .meta), (.websocket, .hub),
            (.edgeHub, .hub),
            (.edged, .edged), (.edgeMesh, .mesh), (.twin, .twin), (.eventBus, .bus), (.serviceBus, .user),
            (.edgeFunction, .edgeFunction), ("mine", "mine"),
        ])
    func groups(module: ModuleName, group: ModuleGroup) {
        #expect(ModuleGroup.standard(for: module) == group)
        #expect(ModuleInfo(name: module).group == group)
    }

    @Test("volume operations and answers are told apart from the rest")
    func kinds() {
        for operation in [Operation.createVolume, .deleteVolume, .controllerPublishVolume] {
            #expect(operation.isVolume)
        }
        #expect(Operation.controllerUnpublishVolume.isVolume && !Operation.delete.isVolume)
        #expect(Operation.response.isAnswer && Operation.error.isAnswer && !Operation.query.isAnswer)
        #expect(ModuleName.metaManagerClassic.isMetaManager && !ModuleName.edged.isMetaManager)
    }
}

@Suite("MessageIDSource")
struct MessageIDSourceTests {
    @Test("ids are UUIDs of version 4 in lower case, and differ")
    func form() {
        var seen: Set<String> = []
        for seed in 0..<500 as Range<UInt64> {
            var source = MessageIDSource(seed: seed)
            for _ in 0..<20 {
                let id = Array(source.next().utf8)
                #expect(id.count == 36)
                for (at, byte) in id.enumerated() {
                    switch at {
                    case 8, 13, 18, 23: #expect(byte == UInt8(ascii: "-"))
                    case 14: #expect(byte == UInt8(ascii: "4"))
                    case 19: #expect("89ab".utf8.contains(byte))
                    default: #expect("0123456789abcdef".utf8.contains(byte))
                    }
                }
                seen.insert(text(id))
            }
        }
        #expect(seen.count == 10_000)
    }

    @Test("a seed gives the same ids again; the system's seeds do not")
    func seeds() {
        var (first, second) = (MessageIDSource(seed: 7), MessageIDSource(seed: 7))
        #expect((0..<10).map { _ in first.next() } == (0..<10).map { _ in second.next() })
        var (one, other) = (MessageIDSource(), MessageIDSource())
        #expect(one.next() != other.next())
    }
}

@Suite("Moment")
struct MomentTests {
    @Test("a time without end is the last moment there is, not a crash")
    func saturates() {
        let endless = Duration.seconds(Int64.max)
        let start = Moment(wall: 1000, ticks: 5)
        #expect(start.advanced(by: .milliseconds(1500)) == Moment(wall: 2500, ticks: 1_500_000_005))
        #expect(start.advanced(by: endless).wall == .max)
        #expect(start.advanced(by: endless).advanced(by: endless).advanced(by: endless).ticks == .max)
        #expect(Duration.seconds(-3).nanoseconds == 0)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Duration.milliseconds(-3).milliseconds == -3)
    }
}
