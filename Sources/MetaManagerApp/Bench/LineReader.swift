package import Beehive
internal import Glibc

/// Reads a file line by line, in bounded memory.
package struct LineReader {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// The number of the line that came last, from 1.
    private(set) package var line = 0

    /// Opens a file.
    ///
    /// - Parameter path: the file, or `-` for standard input.
    /// - Throws: `FileError` that names it.
    package init(path: String) throws(FileError) {
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, what: "cannot be read", code: errno) }
    }

    /// Closes the file.
    package func close() { if descriptor > 0 { Glibc.close(descriptor) } }

    /// The next line without its line feed; nil at the end.
    ///
    /// Empty lines are passed over.
    package mutating func next() -> Bytes? {
        while true {
            if let end = lineEnd() {
                let line = buffer[start..<end]
                start = end + 1
                self.line += 1
                if !line.isEmpty { return Bytes(Array(line)) }
                continue
            }
            guard !isAtEnd else {
                let rest = buffer[start...]
                start = buffer.count
                line += 1
                return rest.isEmpty ? nil : Bytes(Array(rest))
            }
            fill()
        }
    }

    /// Where the next line feed stands.
    private func lineEnd() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + start, CInt(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func fill() {
        buffer.removeSubrange(..<start)
        start = 0
        // What is held is read over and over: small enough for the processor's cache.
        let size = 1 << 16
        var chunk = [UInt8](repeating: 0, count: size)
        let count = read(descriptor, &chunk, size)
        if count <= 0 { isAtEnd = true } else { buffer += chunk[..<count] }
    }
}

/// A file that could not be used.
public struct FileError: Error, Sendable, CustomStringConvertible {
    /// One line: the file, what failed, why.
    public let description: String

    init(path: String, what: String, code: Int32) {
        description = "\(path) \(what): \(String(cString: strerror(code)))"
    }
}
