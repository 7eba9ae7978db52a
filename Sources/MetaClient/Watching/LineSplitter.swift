internal import Beehive

/// Cuts a stream of bytes into lines; looks at each byte once.
struct LineSplitter {
    private var rest: [UInt8] = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Takes bytes.
    ///
    /// - Returns: the lines that are whole now, without their ends; empty lines are left out.
    /// - Throws: `MetaClientError` when a line is longer than may be.
    mutating func take(_ bytes: [UInt8], of what: String) throws(MetaClientError) -> [Bytes] {
        var lines: [Bytes] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try check(end - start, of: what)
            let line = rest.isEmpty ? Bytes(bytes[start..<end]) : (rest + bytes[start..<end])[...]
            rest = []
            if !line.isEmpty { lines.append(line) }
            start = end + 1
        }
        try check(bytes.count - start, of: what)
        rest += bytes[start...]
        return lines
    }

    private func check(_ more: Int, of what: String) throws(MetaClientError) {
        guard rest.count + more <= limit else {
            throw MetaClientError(
                .tooLarge, "\(what): an event is larger than \(limit) bytes; raise maximumBytes")
        }
    }
}
