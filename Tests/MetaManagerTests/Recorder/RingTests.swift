import Beehive
import Glibc
import MetaStore
import TestKit
import Testing

@testable import MetaManager

/// The files of the flight record: bounded, its own, and readable after whatever ended the process.
struct RingTests {
    private static func line(_ number: Int, size: Int = 100) -> [UInt8] {
        Array(#"{"n":\#(number),"x":"\#(String(repeating: "y", count: size))"}"#.utf8)
    }

    private static func header(_ number: Int) -> [UInt8] {
        Array(#"{"record":{"format":1,"build":"test","number":\#(number)}}"#.utf8)
    }

    private static func numbers(_ folder: FlightFolder) -> (numbers: [Int], torn: Int) {
        let (lines, torn) = folder.lines()
        return (lines.compactMap { (try? JSONValue(parsing: Bytes($0.utf8)))?["n"]?.integer }, torn)
    }

    /// Writes lines as the recorder does: a new segment when one is full.
    private static func fill(_ writer: inout RingWriter, _ numbers: Range<Int>) throws {
        for number in numbers {
            if writer.isFull {
                let segment = try writer.begin().get()
                #expect(writer.append(header(segment)) == nil)
            }
            #expect(writer.append(line(number)) == nil)
        }
        #expect(writer.flush() == nil)
    }

    @Test func `the oldest segments go, and the bytes stay below the limit`() throws {
        let folder = try FlightFolder()
        var writer = RingWriter(folder: folder.ring, limit: 64 << 10)
        try Self.fill(&writer, 0..<5000)
        let segments = RingFolder.segments(folder.ring)
        let total = segments.reduce(0) { $0 + $1.bytes }
        #expect(total <= 64 << 10 && total > 32 << 10 && segments.count > 4)
        let (numbers, torn) = Self.numbers(folder)
        #expect(torn == 0 && numbers.last == 4999)
        #expect(numbers == Array((numbers.first ?? 0)...4999))
        for segment in segments {
            var about = stat()
            #expect(stat(segment.path, &about) == 0 && about.st_mode & 0o777 == 0o600)
        }
        var about = stat()
        #expect(stat(folder.ring, &about) == 0 && about.st_mode & 0o777 == 0o700)
    }

    @Test func `a batch of many lines is cut at twice the size of a segment`() throws {
        let folder = try FlightFolder()
        var writer = RingWriter(folder: folder.ring, limit: 64 << 10)
        for round in 0..<20 {
            let number = try writer.begin().get()
            #expect(writer.append(Self.header(number)) == nil)
            for line in 0..<500 { #expect(writer.append(Self.line(round * 1000 + line, size: 1000)) == nil) }
            #expect(writer.flush() == nil)
            #expect(writer.isCut && writer.isFull && writer.isOverfull)
            let segments = RingFolder.segments(folder.ring)
            #expect(segments.reduce(0) { $0 + $1.bytes } <= 64 << 10)
            #expect(segments.allSatisfy { $0.bytes <= (16 << 10) + 1100 })
        }
        let (numbers, torn) = Self.numbers(folder)
        #expect(torn == 0 && numbers.contains(19_000) && !numbers.contains(19_499))
    }

    @Test func `a torn end is passed over, wherever it was torn, and a new segment is begun`() throws {
        let folder = try FlightFolder()
        var writer = RingWriter(folder: folder.ring, limit: 64 << 10)
        try Self.fill(&writer, 0..<10)
        writer.close()
        let path = try #require(RingFolder.segments(folder.ring).first?.path)
        let whole = FlightFolder.bytes(path)
        for end in whole.count - 200..<whole.count {
            FlightFolder.write(Array(whole[..<end]), to: path)
            let (numbers, torn) = Self.numbers(folder)
            #expect(numbers == Array(0..<numbers.count) && numbers.count >= 8 && torn <= 1)
        }
        // What a power cut leaves of a page that was never written.
        FlightFolder.write(whole[..<(whole.count - 50)] + [UInt8](repeating: 0, count: 4096), to: path)
        #expect(Self.numbers(folder).numbers == Array(0..<9))
        var next = RingWriter(folder: folder.ring, limit: 64 << 10)
        try Self.fill(&next, 10..<12)
        #expect(Self.numbers(folder).numbers == Array(0..<9) + [10, 11])
        #expect(RingFolder.segments(folder.ring).map(\.number) == [1, 2])
    }

    @Test func `a changed line is told by its sum`() throws {
        let folder = try FlightFolder()
        var writer = RingWriter(folder: folder.ring, limit: 64 << 10)
        try Self.fill(&writer, 0..<5)
        let path = try #require(RingFolder.segments(folder.ring).first?.path)
        var bytes = FlightFolder.bytes(path)
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "y")))
        bytes[place] = UInt8(ascii: "z")
        FlightFolder.write(bytes, to: path)
        let (numbers, torn) = Self.numbers(folder)
        #expect(numbers == [1, 2, 3, 4] && torn == 1)
    }

    @Test func `files of others stay as they are, under whatever name`() throws {
        let folder = try FlightFolder()
        mkdir(folder.ring, 0o700)
        let foreign = Array("precious\n".utf8)
        let names = ["notes.txt", "0000000001.flight", "0000000002.flight", "00.flight", "x.flight"]
        for name in names { FlightFolder.write(foreign, to: folder.ring + "/" + name) }
        symlink(folder.path + "/elsewhere", folder.ring + "/0000000003.flight")
        var writer = RingWriter(folder: folder.ring, limit: 64 << 10)
        try Self.fill(&writer, 0..<3000)
        for name in names { #expect(FlightFolder.bytes(folder.ring + "/" + name) == foreign, "\(name)") }
        #expect(access(folder.path + "/elsewhere", F_OK) != 0)
        #expect(Self.numbers(folder).numbers.last == 2999)
        unlink(folder.ring + "/0000000003.flight")
    }

    @Test(arguments: ["file", "link", "open"])
    func `a place that is none of ours is left, and the reason is told`(kind: String) async throws {
        let folder = try FlightFolder()
        switch kind {
        case "file": FlightFolder.write(Array("precious".utf8), to: folder.ring)
        case "link": symlink(folder.path, folder.ring)
        default:
            mkdir(folder.ring, 0o700)
            chmod(folder.ring, 0o777)
        }
        let world = try FlightWorld(seed: 1, folder: folder)
        for _ in 0..<20 { world.step() }
        _ = world.flush()
        let status = world.recorder.status
        #expect(!status.isOn && status.problem?.contains(folder.ring) == true && status.recorded == 0)
        // The loop goes on.
        world.step()
        #expect(world.loop.status.revision > 0)
        await world.stop()
        if kind == "file" { #expect(FlightFolder.bytes(folder.ring) == Array("precious".utf8)) }
        #expect(RingFolder.segments(folder.ring).isEmpty)
    }

    @Test func `when nothing can be written the recorder stops, says why, and goes on when it can`() async throws {
        let folder = try FlightFolder()
        let recorder = FlightRecorder(
            folder: folder.path + "/none/trace", bytes: 1 << 20, build: "test", gathering: .milliseconds(1),
            pause: .milliseconds(20))
        recorder.start()
        let planner = Planner(settings: PlanningSettings(), now: SystemTime().now())
        func feed() {
            let now = SystemTime().now()
            guard recorder.begin(planner, inputs: 1, depth: OutboxDepth(), at: now, revision: 0) != nil else { return }
            recorder.take(
                RecordedBatch(
                    now: now, revision: 0, newRevision: 0, inputs: [.tick], plans: [Plan()], readings: [], marks: [0]))
        }
        func wait(_ what: String, _ condition: () -> Bool) {
            let end = SystemTime().now().advanced(by: .seconds(60)).ticks
            while !condition(), SystemTime().now().ticks < end {
                feed()
                usleep(2000)
            }
            #expect(condition(), "\(what)")
        }
        wait("the problem") { recorder.status.problem?.contains("none/trace") == true }
        mkdir(folder.path + "/none", 0o700)
        wait("writing again") { recorder.status.written > 0 && recorder.status.problem == nil }
        await recorder.stop()
        for segment in RingFolder.segments(folder.path + "/none/trace") { unlink(segment.path) }
        rmdir(folder.path + "/none/trace")
        rmdir(folder.path + "/none")
    }

    @Test func `a new place or size is taken over, and 0 ends the record`() async throws {
        let folder = try FlightFolder()
        let world = try FlightWorld(seed: 2, folder: folder)
        world.step()
        #expect(world.flush())
        world.recorder.set(folder: folder.ring, bytes: 0)
        world.step()
        _ = world.flush()
        #expect(!world.recorder.status.isOn && world.recorder.status.problem == nil)
        let before = folder.lines().lines.count
        world.step()
        #expect(folder.lines().lines.count == before)
        world.recorder.set(folder: folder.ring, bytes: 1 << 20)
        for _ in 0..<5 { world.step() }
        #expect(world.flush())
        let report = try folder.replay()
        #expect(report.divergence == nil && report.decisions > 5)
        await world.stop()
    }

    @Test func `what does not fit is dropped and counted, and the record goes on behind a checkpoint`() async throws {
        let folder = try FlightFolder()
        // Not started: nothing takes from the queue.
        let recorder = FlightRecorder(folder: folder.ring, bytes: 1 << 20, build: "test", inputLimit: 2)
        let planner = Planner(settings: PlanningSettings(), now: SystemTime().now())
        func begin() -> Tape? {
            recorder.begin(planner, inputs: 1, depth: OutboxDepth(), at: SystemTime().now(), revision: 0)
        }
        func take() {
            recorder.take(
                RecordedBatch(
                    now: SystemTime().now(), revision: 0, newRevision: 0, inputs: [.tick], plans: [Plan()],
                    readings: [],
                    marks: [0]))
        }
        for _ in 0..<2 {
            #expect(begin() != nil)
            take()
        }
        #expect(begin() == nil && begin() == nil)
        #expect(recorder.status.dropped == 2)
        recorder.start()
        #expect(recorder.flush(within: .seconds(60)))
        #expect(begin() != nil)
        take()
        #expect(recorder.flush(within: .seconds(60)))
        await recorder.stop()
        let checkpoints = folder.lines().lines.count { $0.contains(#""what":"checkpoint""#) }
        #expect(checkpoints == 2 && recorder.status.recorded == 3)
    }
}
