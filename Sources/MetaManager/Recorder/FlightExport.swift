internal import Beehive

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A flight record as one text of lines, read piece by piece while it is written on; blocks its thread.
///
/// Used by one thread at a time.
public final class FlightExport {
    private var header: [UInt8]?
    private var segments: [RingFolder.Segment]
    private var file: CInt = -1
    private var lines = RingLines()
    private var chunk = [UInt8](repeating: 0, count: 64 << 10)

    /// How many segments the record had at first.
    public let segmentCount: Int

    /// Begins at the oldest line.
    ///
    /// - Parameters:
    ///   - folder: where the record is kept.
    ///   - build: what this build is called.
    ///   - peer: the generation of the cloud, if it is known.
    ///   - now: milliseconds since 1970.
    public init(folder: String, build: String, peer: String?, now: Int64) {
        segments = RingFolder.segments(folder)
        segmentCount = segments.count
        var text = RecordText()
        text.open("{")
        text.key("record")
        text.open("{")
        text.key("format")
        text.number(RecordLines.format)
        text.member("build", build)
        text.filled("peer", peer ?? "")
        text.key("exported")
        text.number(now)
        text.close("}")
        text.close("}")
        header = text.bytes + [UInt8(ascii: "\n")]
    }

    deinit { if file >= 0 { close(file) } }

    /// The next lines with their ends; nil at the end.
    public func next() -> [UInt8]? {
        if let header {
            self.header = nil
            return header
        }
        while true {
            if file < 0, !openNext() { return nil }
            var out: [UInt8] = []
            let count = RingFolder.fill(&chunk, from: file)
            if count > 0 {
                _ = lines.take(chunk[..<count]) { Self.add($0, to: &out) }
            } else {
                lines.finish { Self.add($0, to: &out) }
                close(file)
                file = -1
            }
            if !out.isEmpty { return out }
        }
    }

    private func openNext() -> Bool {
        while !segments.isEmpty {
            let path = segments.removeFirst().path
            // One that has gone since was the oldest: the record begins behind it.
            file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            if file >= 0 {
                lines = RingLines()
                return true
            }
        }
        return false
    }

    private static func add(_ line: Bytes?, to out: inout [UInt8]) -> Bool {
        out += line ?? Bytes(#"{"t_ms":0,"dir":"event","event":{"what":"gap","why":"a torn line"}}"#.utf8)
        out.append(UInt8(ascii: "\n"))
        return true
    }
}

/// What a flight record tells of single objects.
public enum FlightLog {
    /// About the most of a record that is looked through: what is asked about is mostly at its end.
    public static let byteLimit = 64 << 20

    /// The decisions about some resources, oldest first; blocks its thread while it reads.
    ///
    /// Reads from the newest segment back, until there are enough or as many bytes were read as may be.
    ///
    /// - Parameters:
    ///   - keys: the resources.
    ///   - folder: where the record is kept.
    ///   - limit: the most decisions; the last ones count.
    ///   - byteLimit: about the most bytes of the record's end that are read.
    /// - Returns: the decisions.
    public static func decisions(
        about keys: Set<String>, in folder: String, limit: Int, byteLimit: Int = byteLimit
    ) -> [Decision] {
        let wanted = keys.map { key in
            var text = Array(#""resource":"#.utf8)
            JSONText.appendString(key.utf8, to: &text)
            return text
        }
        var found: [[Decision]] = []
        var (count, room) = (0, byteLimit)
        for segment in RingFolder.segments(folder).reversed() where count < limit && room > 0 {
            let from = max(0, segment.bytes - room)
            room -= segment.bytes - from
            let part = decisions(about: keys, wanted, in: segment, from: from, limit: limit)
            count += part.count
            found.append(part)
        }
        return found.reversed().flatMap { $0 }.suffix(limit)
    }

    /// The last decisions of one segment, which may be begun in the midst of a line.
    private static func decisions(
        about keys: Set<String>, _ wanted: [[UInt8]], in segment: RingFolder.Segment, from place: Int, limit: Int
    ) -> [Decision] {
        var found: [Decision] = []
        var start: Int64?
        RingFolder.lines(of: segment.path) { line in
            start = line.flatMap(wall)
            return false
        }
        // Without its head nobody knows when it was.
        guard let start else { return [] }
        RingFolder.lines(of: segment.path, from: place) { line in
            guard let line, wanted.contains(where: { contains(line, $0) }), let decision = decision(line, start),
                let route = decision.route, keys.contains(route.resource)
            else { return true }
            found.append(decision)
            if found.count >= 2 * limit { found.removeFirst(found.count - limit) }
            return true
        }
        return found.suffix(limit)
    }

    /// When a segment begins, by its first line; nil for another line.
    private static func wall(_ line: Bytes) -> Int64? {
        guard let record = (try? JSONValue(parsing: line))?["record"] else { return nil }
        return Int64(record["wall"]?.integer ?? 0)
    }

    private static func contains(_ line: Bytes, _ part: [UInt8]) -> Bool {
        line.withUnsafeBytes { line in
            part.withUnsafeBytes { part in
                guard let start = line.baseAddress, let other = part.baseAddress, part.count <= line.count else {
                    return false
                }
                for place in 0...line.count - part.count
                where line[place + part.count - 2] == part[part.count - 2]
                    && memcmp(start + place, other, part.count) == 0
                {
                    return true
                }
                return false
            }
        }
    }

    private static func decision(_ line: Bytes, _ start: Int64) -> Decision? {
        guard let value = try? JSONValue(parsing: line), let frame = value["frame"],
            let message = try? MessageDecoder().decode(frame.json), let did = value["did"]
        else { return nil }
        let isFromCloud = value["dir"]?.text == "cloud->edge"
        let content = message.content
        return Decision(
            time: start &+ Int64(value["t_ms"]?.integer ?? 0), id: message.id,
            source: isFromCloud ? "cloud" : value["from"]?.elements.first?.text ?? "", route: message.route,
            outcome: Outcome(did["o"]?.text ?? ""), reason: did["r"]?.text ?? "",
            version: isFromCloud
                ? content.text(content.sketch.resourceVersion) ?? message.header.resourceVersion : "")
    }
}
