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
    /// The decisions about some resources, oldest first; reads the whole record, and blocks its thread meanwhile.
    ///
    /// - Parameters:
    ///   - keys: the resources.
    ///   - folder: where the record is kept.
    ///   - limit: the most decisions; the last ones count.
    /// - Returns: the decisions.
    public static func decisions(about keys: Set<String>, in folder: String, limit: Int) -> [Decision] {
        let wanted = keys.map { key in
            var text = Array(#""resource":"#.utf8)
            JSONText.appendString(key.utf8, to: &text)
            return text
        }
        var found: [Decision] = []
        for segment in RingFolder.segments(folder) {
            var start: Int64 = 0
            RingFolder.lines(of: segment.path) { line in
                guard let line else { return true }
                if line.dropFirst().starts(with: Array(#""record""#.utf8)) {
                    start = Int64((try? JSONValue(parsing: line))?["record"]?["wall"]?.integer ?? 0)
                    return true
                }
                guard wanted.contains(where: { contains(line, $0) }), let decision = decision(line, start) else {
                    return true
                }
                guard let route = decision.route, keys.contains(route.resource) else { return true }
                found.append(decision)
                if found.count >= 2 * limit { found.removeFirst(found.count - limit) }
                return true
            }
        }
        return found.suffix(limit)
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
            time: start + Int64(value["t_ms"]?.integer ?? 0), id: message.id,
            source: isFromCloud ? "cloud" : value["from"]?.elements.first?.text ?? "", route: message.route,
            outcome: Outcome(did["o"]?.text ?? ""), reason: did["r"]?.text ?? "",
            version: isFromCloud
                ? content.text(content.sketch.resourceVersion) ?? message.header.resourceVersion : "")
    }
}
