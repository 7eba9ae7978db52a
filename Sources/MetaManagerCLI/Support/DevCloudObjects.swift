internal import Beehive
internal import EdgeHub
internal import FakeCloud
internal import UnixSignals

/// What `kubectl apply` and the scheduler do for a real cloud: objects come from a folder, pods wait for their node.
struct DevCloudObjects: Sendable {
    let cloud: FakeCloudCore
    let folder: String
    let node: String

    private struct Key: Hashable {
        let kind: String
        let namespace: String
        let name: String
    }

    /// Looks at the folder once a second until SIGINT or SIGTERM.
    func serveUntilSignal() async {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        await withTaskGroup(of: Void.self) { group in
            // Owned by the group, and cancelled by the first signal.
            group.addTask { await keepApplying() }
            for await _ in signals { break }
            group.cancelAll()
        }
    }

    private func keepApplying() async {
        var reader = ManifestFolder(path: folder)
        var applied: [Key: JSONValue] = [:]
        var said: Set<String> = []
        while !Task.isCancelled {
            let (manifests, problems) = reader.look(now: SystemTime().now().wall)
            for problem in problems where said.insert(problem).inserted { Diagnostics.note(problem) }
            do {
                try await apply(manifests, &applied)
                try await Task.sleep(for: .seconds(1))
            } catch is CancellationError {
                return
            } catch {
                // Told once: the same file is read again in a second.
                if said.insert("\(error)").inserted { Diagnostics.note("\(error)") }
            }
        }
    }

    private func apply(_ manifests: [Manifest], _ applied: inout [Key: JSONValue]) async throws {
        var gone = Set(applied.keys)
        for manifest in manifests {
            let key = Key(kind: manifest.kind, namespace: manifest.namespace, name: manifest.name)
            gone.remove(key)
            let object = placed(manifest)
            guard applied[key] != object else { continue }
            if let name = object["spec"]?["nodeName"]?.text, manifest.kind == "Pod" {
                // As a scheduler does: no pod goes to a node that is not there.
                guard try await cloud.object("Node", "", name) != nil else { continue }
            }
            _ = try await cloud.apply(object)
            applied[key] = object
        }
        for key in gone {
            try await cloud.remove(key.kind, key.namespace, key.name)
            applied[key] = nil
        }
    }

    private func placed(_ manifest: Manifest) -> JSONValue {
        var object = manifest.object
        guard manifest.kind == "Pod", var spec = object["spec"], spec["nodeName"]?.text == nil else { return object }
        spec["nodeName"] = JSONValue(text: node)
        object["spec"] = spec
        return object
    }
}
