internal import Beehive

/// Pods, their tokens, and certificate requests.
extension CloudCoreHub {
    func handlePod(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        let key = ObjectKey(.pod, path.namespace, path.id)
        guard !path.id.isEmpty, !isClassic else { return }
        switch message.route.operation {
        case .insert:
            guard let given = object(message) else { return }
            guard cluster[key] == nil else {
                return respond(message, failure: .alreadyExists(key), object: Self.emptyPod, to: node)
            }
            publish(cluster.put(given, at: key, wall: wall))
            if let object = cluster[key] { respond(message, object: object, version: object.objectVersion, to: node) }
        case .delete: deletePod(message, key, of: node)
        default: break
        }
    }

    private func deletePod(_ message: Message, _ key: ObjectKey, of node: CloudNode) {
        let wanted: String?
        let grace: Int
        if let uid = message.content.string {
            (wanted, grace) = (uid, 0)
        } else if let options = object(message) {
            wanted = options["preconditions"]?["uid"]?.text
            grace = options["gracePeriodSeconds"]?.integer ?? 30
        } else {
            return
        }
        // Gone, or another pod by now: both are as wanted.
        guard let pod = cluster[key], wanted == nil || wanted == pod.objectUID else {
            return respondOK(message, to: node)
        }
        remove(key, grace: grace)
        respondOK(message, to: node)
    }

    // MARK: States in the form of 1.2

    func handlePodStatus(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        guard message.route.operation == .update, let content = try? JSONValue(parsing: message.content.json) else {
            return
        }
        let reports: [JSONValue]
        switch content {
        case .array(let elements): reports = elements
        case .object: reports = [content]
        default: return
        }
        for report in reports {
            takePodStatus(report, path.namespace, of: node)
            // 1.2 takes states without a word.
            if !isClassic { respondOK(message, to: node) }
        }
    }

    private func takePodStatus(_ report: JSONValue, _ namespace: String, of node: CloudNode) {
        let key = ObjectKey(.pod, namespace, report["Name"]?.text ?? "")
        guard let pod = cluster[key], pod.objectUID == report["UID"]?.text else {
            var metadata: JSONValue = ["name": JSONValue(text: key.name), "namespace": JSONValue(text: namespace)]
            metadata["creationTimestamp"] = .some(.null)
            let remains: JSONValue = ["metadata": metadata, "spec": ["containers": nil], "status": .object([])]
            return enqueue(message(.delete, key, remains), key, to: node)
        }
        let status = report["Status"] ?? .object([])
        publish(cluster.change(key, wall: wall, statusOnly: true) { $0["status"] = status })
        let phase = status["phase"]?.text
        let isStopped = (status["containerStatuses"]?.elements ?? []).allSatisfy { $0["state"]?["running"] == nil }
        if pod.isTerminating, isStopped, phase == "Succeeded" || phase == "Failed" || isClassic {
            remove(key, grace: 0)
        }
    }

    // MARK: Tokens

    func handleToken(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        guard message.route.operation == .query, !isClassic, !path.id.isEmpty, let request = object(message) else {
            return
        }
        let key = ObjectKey(.serviceAccount, path.namespace, path.id)
        // Each namespace has its `default` account.
        guard path.id == "default" || cluster[key] != nil else {
            return respond(message, failure: .notFound(key), to: node)
        }
        let seconds = request["spec"]?["expirationSeconds"]?.integer ?? 3600
        var spec = request["spec"] ?? .object([])
        if spec["audiences"]?.elements.isEmpty != false { spec["audiences"] = ["https://kubernetes.default.svc"] }
        spec["expirationSeconds"] = JSONValue(integer: seconds)
        if spec["boundObjectRef"] == nil { spec["boundObjectRef"] = .some(.null) }
        let now = wall
        let time = JSONValue(text: KubernetesTimestamp.text(now))
        let claims: JSONValue = [
            "exp": JSONValue(integer: now / 1000 + Int64(seconds)), "jti": JSONValue(text: ids.next()),
            "sub": JSONValue(text: "system:serviceaccount:\(path.namespace):\(path.id)"),
        ]
        let token = ["{\"alg\":\"none\"}", String(decoding: claims.json, as: UTF8.self), ids.next()]
            .map { Base64.url(Array($0.utf8)) }.joined(separator: ".")
        let answer: JSONValue = [
            "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
            "metadata": [
                "name": JSONValue(text: path.id), "namespace": JSONValue(text: path.namespace),
                "creationTimestamp": time,
            ],
            "spec": spec,
            "status": [
                "token": JSONValue(text: token),
                "expirationTimestamp": JSONValue(text: KubernetesTimestamp.text(now + Int64(seconds) * 1000)),
            ],
        ]
        respond(message, Content(answer), to: node)
    }

    // MARK: Certificate requests

    func handleSigningRequest(_ message: Message, _ path: ResourcePath, of node: CloudNode) {
        let key = ObjectKey(.signingRequest, "", path.id)
        guard !path.id.isEmpty, !isClassic else { return }
        switch message.route.operation {
        case .insert:
            guard var given = object(message) else { return }
            guard cluster[key] == nil else {
                return respond(message, failure: .alreadyExists(key), object: Self.emptyLease, to: node)
            }
            if given["status"] == nil { given["status"] = .object([]) }
            publish(cluster.put(given, at: key, wall: wall))
            if let object = cluster[key] { respond(message, object: object, to: node) }
        case .query:
            guard let object = cluster[key] else { return respond(message, failure: .notFound(key), to: node) }
            respond(message, Content(object), version: object.objectVersion, to: node)
        default: break
        }
    }
}

extension Base64 {
    /// Without padding, for JWTs.
    static func url(_ bytes: [UInt8]) -> String {
        String(
            encode(bytes).filter { $0 != "=" }.map { character -> Character in
                switch character {
                case "+": "-"
                case "/": "_"
                default: character
                }
            })
    }
}
