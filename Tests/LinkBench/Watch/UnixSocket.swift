import Beehive
import Glibc

/// Plain sockets of the harness.
enum UnixSocket {
    /// Connects as soon as somebody listens; blocks.
    ///
    /// - Parameters:
    ///   - path: the socket.
    ///   - patience: seconds to wait for who listens.
    /// - Returns: the socket.
    /// - Throws: when nobody listens.
    static func connect(_ path: String, patience: Int) throws -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard socket >= 0 else { throw BenchError("no more sockets: raise the limit with `ulimit -n 8192`") }
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            close(socket)
            throw BenchError("\(path) is too long for a socket: choose another --folder")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let end = SystemTime().now().advanced(by: .seconds(patience)).ticks
        while true {
            let result = withUnsafeBytes(of: &address) { bytes in
                bytes.withMemoryRebound(to: sockaddr.self) {
                    Glibc.connect(socket, $0.baseAddress, socklen_t(bytes.count))
                }
            }
            if result == 0 { return socket }
            guard SystemTime.ticks() < end else {
                close(socket)
                throw BenchError("nobody listens at \(path): \(String(cString: strerror(errno)))")
            }
            usleep(5000)
        }
    }

    /// Asks the API once, over a connection of its own; blocks.
    ///
    /// - Parameters:
    ///   - path: the API's socket.
    ///   - target: what is asked for.
    /// - Returns: head and body.
    /// - Throws: when nobody listens.
    static func get(_ path: String, _ target: String) throws -> String {
        let socket = try connect(path, patience: 30)
        defer { close(socket) }
        let request = Array("GET \(target) HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n".utf8)
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw BenchError("the API takes no request")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(socket, &buffer, buffer.count, 0), count > 0 { answer += buffer[..<count] }
        return String(decoding: answer, as: UTF8.self)
    }

    /// The value of a metric without labels.
    static func metric(_ name: String, _ path: String) throws -> Int {
        let line = try get(path, "/metrics").split(separator: "\n").first { $0.hasPrefix("metamanager_\(name) ") }
        guard let value = line?.split(separator: " ").last.flatMap({ Int($0) }) else {
            throw BenchError("the daemon has no metric \(name)")
        }
        return value
    }
}
