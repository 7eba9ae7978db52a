internal import Beehive

/// Nodes and their leases.
extension CloudCoreHub {
    func handleNode(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        let key = ObjectKey(.node, "", path.id)
        guard !path.id.isEmpty else { return }
        switch message.route.operation {
        case .query:
            guard let object = cluster[key] else {
                return respond(message, failure: .notFound(key, fromCache: true), to: node)
            }
            respond(message, Content(object), version: object.objectVersion, to: node)
        case .insert where !isClassic:
            guard let given = object(message) else { return }
            guard cluster[key] == nil else {
                return respond(message, failure: .alreadyExists(key), object: Self.refused(given), to: node)
            }
            publish(cluster.put(annotated(given), at: key, wall: wall))
            if let object = cluster[key] { respond(message, object: object, to: node) }
        case .update:
            guard let given = object(message), cluster[key] != nil else { return }
            merge(labelsAndAnnotations(of: given), into: key)
            respondOK(message, version: cluster[key]?.objectVersion ?? "", to: node)
        default: break
        }
    }

    private func annotated(_ node: JSONValue) -> JSONValue {
        let address = JSONValue(text: settings.advertisedAddress)
        return StrategicMerge.plain(node, ["metadata": ["annotations": ["cloudcore": address]]])
    }

    private func labelsAndAnnotations(of node: JSONValue) -> JSONValue {
        var metadata = JSONValue.object([])
        for field in ["labels", "annotations"] {
            if let value = node["metadata"]?[field], value != .null { metadata[field] = value }
        }
        return ["metadata": metadata]
    }

    /// What CloudCore sends back with `AlreadyExists`: what it would have patched in afterwards.
    private static func refused(_ node: JSONValue) -> JSONValue {
        let reserved = (node["metadata"]?["labels"]?.members ?? []).filter { member in
            let prefix = member.key.split(separator: "/").first.map(String.init) ?? ""
            return member.key.contains("/") && (prefix == "kubernetes.io" || prefix.hasSuffix(".kubernetes.io"))
        }
        var metadata: JSONValue = ["creationTimestamp": nil]
        if !reserved.isEmpty { metadata["labels"] = .object(reserved) }
        return ["metadata": metadata, "spec": .object([]), "status": emptyNodeStatus]
    }

    // MARK: The form of 1.2, which 1.23 still takes

    func handleNodeStatus(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        let key = ObjectKey(.node, "", path.id)
        let resource = "\(path.namespace)/node/\(path.id)"
        guard !path.id.isEmpty, let given = object(message) else { return }
        switch message.route.operation {
        case .insert:
            if cluster[key] == nil {
                var object = annotated(given)
                if isClassic {
                    let labels: JSONValue = ["name": JSONValue(text: path.id), Self.edgeLabel: ""]
                    object = StrategicMerge.plain(object, ["metadata": ["labels": labels]])
                }
                publish(cluster.put(object, at: key, wall: wall))
            }
            respondOK(message, resource: resource, to: node)
        case .update:
            guard cluster[key] != nil, let status = given["Status"] else { return }
            publish(cluster.change(key, wall: wall, statusOnly: true) { $0["status"] = status })
            respondOK(message, version: cluster[key]?.objectVersion ?? "", resource: resource, to: node)
        default: break
        }
    }

    // MARK: Leases

    func handleLease(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        let key = ObjectKey(.lease, path.namespace, path.id)
        guard !isClassic, !path.id.isEmpty else { return }
        switch message.route.operation {
        case .query:
            guard let object = cluster[key] else {
                return respond(message, failure: .notFound(key, singular: true), object: .null, to: node)
            }
            respond(message, object: object, keepsKind: true, to: node)
        case .insert, .update:
            guard let given = object(message) else { return }
            do throws(StatusError) {
                respond(message, object: try written(given, key, message.route.operation), to: node)
            } catch {
                respond(message, failure: error, object: Self.emptyLease, to: node)
            }
        default: break
        }
    }

    private func written(_ lease: JSONValue, _ key: ObjectKey, _ operation: Operation) throws(StatusError) -> JSONValue
    {
        let version = lease.objectVersion
        if operation == .insert {
            guard version.isEmpty else { throw .versionOnCreate }
            guard cluster[key] == nil else { throw .alreadyExists(key) }
        } else {
            guard let former = cluster[key] else { throw .notFound(key) }
            guard version.isEmpty || version == former.objectVersion else { throw .conflict(key) }
        }
        _ = cluster.put(lease, at: key, wall: wall)
        return cluster[key] ?? lease
    }
}
