import Beehive
import Testing

@testable import MetaManager

/// What a flight record tells of single objects, in bounded time.
struct FlightLogTests {
    private static func line(_ number: Int) -> [UInt8] {
        Array(
            #"{"t_ms":\#(number),"dir":"cloud->edge","frame":{"header":{"msg_id":"m\#(number)"},"route":{"source":"edgecontroller","group":"resource","operation":"update","resource":"demo/pod/a"},"content":{}},"did":{"o":"stored"}}"#
                .utf8)
    }

    /// A record of several segments with so many decisions about one object.
    private static func write(_ count: Int, to folder: FlightFolder) throws {
        var writer = RingWriter(folder: folder.ring, limit: 256 << 10)
        for number in 0..<count {
            if writer.isFull {
                let segment = try writer.begin().get()
                let head = #"{"record":{"format":1,"build":"test","number":\#(segment),"wall":1000000}}"#
                #expect(writer.append(Array(head.utf8)) == nil)
            }
            #expect(writer.append(line(number)) == nil)
        }
        #expect(writer.flush() == nil)
        writer.close()
    }

    private static func ids(_ folder: FlightFolder, limit: Int, bytes: Int = 1 << 20) -> [String] {
        FlightLog.decisions(about: ["demo/pod/a"], in: folder.ring, limit: limit, byteLimit: bytes).map(\.id)
    }

    @Test func `the last decisions are told in order, over segments`() throws {
        let folder = try FlightFolder()
        try Self.write(600, to: folder)
        #expect(RingFolder.segments(folder.ring).count > 2)
        #expect(Self.ids(folder, limit: 400) == (200..<600).map { "m\($0)" })
        #expect(FlightLog.decisions(about: ["demo/pod/a"], in: folder.ring, limit: 1).first?.time == 1_000_599)
        #expect(FlightLog.decisions(about: ["demo/pod/b"], in: folder.ring, limit: 1).isEmpty)
    }

    @Test func `no more than the end of a long record is read`() throws {
        let folder = try FlightFolder()
        try Self.write(600, to: folder)
        // One that is begun in the midst of a line, and less than a line.
        let size = Self.line(100).count + 10
        #expect(Self.ids(folder, limit: 400, bytes: 20 * size - 1) == (581..<600).map { "m\($0)" })
        #expect(Self.ids(folder, limit: 400, bytes: 10) == [])
        #expect(Self.ids(folder, limit: 400, bytes: 200 * size).count > 190)
    }
}
