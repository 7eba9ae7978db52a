package import Beehive
internal import Glibc

/// Reads a file line by line, in bounded memory.
package struct LineReader {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    /// How far the line that begins at `start` has been looked through.
    private var searched = 0
    private var isAtEnd = false
    private let path: String
    private let limit: Int
    /// The number of the line that came last, from 1.
    private(set) package var line = 0

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: the file, or `-` for standard input.
    ///   - limit: about the longest line in bytes that is taken.
    /// - Throws: `FileError` that names it.
    package init(path: String, limit: Int = 64 << 20) throws(FileError) {
        self.path = path
        self.limit = limit
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, what: "cannot be read", code: errno) }
    }

    /// Closes the file.
    package func close() { if descriptor > 0 { Glibc.close(descriptor) } }

    /// The next line without its line feed; nil at the end.
    ///
    /// Empty lines are passed over.
    ///
    /// - Returns: the line.
    /// - Throws: `FileError` when the file cannot be read on, or a line is too long to be held.
    package mutating func next() throws(FileError) -> Bytes? {
        while true {
            if let end = lineEnd() {
                let line = buffer[start..<end]
                start = end + 1
                searched = start
                self.line += 1
                if !line.isEmpty { return Bytes(Array(line)) }
                continue
            }
            guard !isAtEnd else {
                let rest = buffer[start...]
                start = buffer.count
                searched = start
                line += 1
                return rest.isEmpty ? nil : Bytes(Array(rest))
            }
            searched = buffer.count
            guard searched - start <= limit else {
                throw FileError(
                    path: path,
                    problem: "line \(line + 1) is longer than \(limit) bytes; wants one record or message in a line")
            }
            try fill()
        }
    }

    /// Where the next line feed stands.
    private func lineEnd() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + searched, CInt(UInt8(ascii: "\n")), bytes.count - searched)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func fill() throws(FileError) {
        buffer.removeSubrange(..<start)
        searched -= start
        start = 0
        // What is held is read over and over: small enough for the processor's cache.
        let size = 1 << 16
        var chunk = [UInt8](repeating: 0, count: size)
        while true {
            let count = read(descriptor, &chunk, size)
            if count < 0, errno == EINTR { continue }
            // What was not read must not count as the end.
            guard count >= 0 else { throw FileError(path: path, what: "cannot be read", code: errno) }
            if count == 0 { isAtEnd = true } else { buffer += chunk[..<count] }
            return
        }
    }
}

/// A file that could not be used.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// One line: the file, what failed, why.
    public let description: String

    init(path: String, problem: String) { description = "\(path): \(problem)" }

    init(path: String, what: String, code: Int32) {
        description = "\(path) \(what): \(String(cString: strerror(code)))"
    }
}
