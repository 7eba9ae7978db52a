import Beehive
import Glibc

/// Followers of the API's trace that come and go; some read slowly, some never.
extension SoakWorld {
    private struct Watcher {
        let descriptor: Int32
        let end: ContinuousClock.Instant
        /// How much it reads at a time; 0 is never.
        let pace: Int
    }

    /// All of them, by turns: no thread waits for any.
    func follow() async {
        var random = SeededRandom(seed: seed &+ 4)
        var watchers: [Watcher] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while isRunning {
            if watchers.count < size.watchers, let descriptor = connect() {
                let stay = size.longestStay * Double(1 + random.next() % 100) / 100
                let pace = [0, 256, buffer.count, buffer.count][Int(random.next() % 4)]
                watchers.append(
                    Watcher(
                        descriptor: descriptor, end: ContinuousClock.now + .milliseconds(Int64(stay * 1000)),
                        pace: pace))
                ledger.withLock { $0.follows += 1 }
            }
            watchers.removeAll { watcher in
                var isOver = watcher.end < ContinuousClock.now
                if watcher.pace > 0 {
                    let count = read(watcher.descriptor, &buffer, watcher.pace)
                    // Cut off, as the one who does not keep up is.
                    if count == 0 || count < 0 && errno != EAGAIN { isOver = true }
                }
                if isOver { close(watcher.descriptor) }
                return isOver
            }
            await rest(0.05)
        }
        for watcher in watchers { close(watcher.descriptor) }
    }

    private func connect() -> Int32? {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = "\(folder)/api.sock"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        let request = Array("GET /metamanager/v1/trace?follow=true HTTP/1.1\r\nHost: soak\r\n\r\n".utf8)
        guard result == 0, Glibc.write(descriptor, request, request.count) == request.count,
            fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0
        else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
