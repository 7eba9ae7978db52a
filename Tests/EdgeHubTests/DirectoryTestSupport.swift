import Beehive
import Glibc
import Testing

@testable import EdgeHub

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/metamanager-directory-XXXXXX".utf8CString)
        path = try #require(
            template.withUnsafeMutableBufferPointer { buffer -> String? in
                guard let start = buffer.baseAddress, mkdtemp(start) != nil else { return nil }
                return String(cString: start)
            })
    }

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        if PosixFile.stamp(path, following: false)?.isFolder == true {
            chmod(path, 0o700)
            for name in (try? PosixFile.names(in: path)) ?? [] { removeAll("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    func write(_ name: String, _ text: String) throws {
        try PosixFile.replace("\(path)/\(name)", with: Bytes(text.utf8))
    }

    func text(_ name: String) -> String? {
        (try? PosixFile.read("\(path)/\(name)", limit: 1 << 24)).map { String(decoding: $0, as: UTF8.self) }
    }

    func remove(_ name: String) throws { try PosixFile.remove("\(path)/\(name)") }
}

/// Waits until a condition holds, and fails the test when it does not in time.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while try await !condition() {
        guard clock.now < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

enum Sample {
    static func configMap(_ name: String, _ value: String, namespace: String = "demo") -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: \(name), namespace: \(namespace)}
        data: {key: "\(value)"}
        """
    }

    static func pod(_ name: String, image: String = "web:1", volumes: String = "[]") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), namespace: demo}
        spec:
          containers: [{name: main, image: "\(image)"}]
          volumes: \(volumes)
        """
    }

    static func reading(_ files: [(String, String)]) -> DirectoryReading {
        var reading = DirectoryReading()
        reading.files = files.sorted { $0.0 < $1.0 }.map { name, text in
            let manifests = Manifests([(name, Array(text.utf8))])
            return (name, .read(objects: manifests.objects, problems: manifests.errors.map(\.description)))
        }
        return reading
    }

    static let now: Int64 = 1_767_225_600_000
    static let moment = Moment(wall: now, ticks: 1_000_000_000)

    static func state() -> DirectoryState { DirectoryState(now: now, ids: MessageIDSource(seed: 7)) }
}

extension DirectoryPush {
    /// `insert demo/pod/web`.
    var summary: String { "\(operation) \(key)" }
    var value: JSONValue { (try? JSONValue(parsing: content.json)) ?? .null }
}
