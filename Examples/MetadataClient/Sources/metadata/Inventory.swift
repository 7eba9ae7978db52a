import MetaClient

/// What the node has, in a few lines.
struct Inventory {
    let client: MetaClient

    func print() async throws {
        for node in try await client.nodes.list().objects {
            say("node \(node.name), memory \(node.capacity["memory"] ?? "unknown")")
        }
        for pod in try await client.pods.list().objects {
            let images = pod.containers.map(\.image).joined(separator: ", ")
            say("pod \(pod.objectName) is \(pod.status.phase): \(images)")
        }
        for map in try await client.configMaps.list(in: "site").objects {
            say("config map \(map.objectName) has \(map.data.keys.sorted().joined(separator: ", "))")
        }
        for secret in try await client.secrets.list().objects {
            // Names alone: what a secret holds belongs in no log. Printing the secret itself would show no more.
            say("\(secret) has \(secret.data.keys.sorted().joined(separator: ", "))")
        }
        for claim in try await client.persistentVolumeClaims.list().objects {
            say("claim \(claim.objectName) is \(claim.phase), volume \(claim.volumeName)")
        }
        for volume in try await client.persistentVolumes.list().objects {
            say("volume \(volume.name) of \(volume.storage) is \(volume.phase)")
        }
        let counts = (
            try await client.volumeAttachments.list().objects.count, try await client.events.list().objects.count,
            try await client.leases.list().objects.count,
            try await client.certificateSigningRequests.list().objects.count
        )
        say("attachments \(counts.0), events \(counts.1), leases \(counts.2), certificate requests \(counts.3)")
        if let found = try await client.configMaps.get("gateway-config", in: "site") {
            say("retention is \(found.object.data["retention"] ?? "unset"), from the \(found.origin)")
        }
        if try await client.configMaps.get("no-such-map", in: "site") == nil { say("no-such-map is not there") }
    }
}
