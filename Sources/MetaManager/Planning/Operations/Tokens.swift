internal import Beehive
internal import MetaStore

/// Finding the stored token that answers a request (`messages.md`, section 1).
extension Planner {
    /// The key under which the answer to a query is looked up: the resource, or for a token the best stored one.
    ///
    /// - Returns: for a token without a stored answer, the key that its answer will get.
    func storedKey(
        _ path: ResourcePath, content: Content, in view: some StoreReading, at now: Moment
    ) throws(StoreError) -> String {
        guard path.type == .serviceAccountToken else { return path.key }
        let key = TokenKey.key(name: path.id, namespace: path.namespace, request: content)
        var candidates: [String] = []
        if try view.head(key) != nil { candidates.append(key) }
        candidates += try view.keys(startingWith: key + "/")
        if candidates.isEmpty,
            let prefix = TokenKey.prefixOfAnswerKeys(name: path.id, namespace: path.namespace, request: content)
        {
            // KubeEdge filled the audiences in; what follows them is the request's own.
            let empty = "[]string(nil)"
            let tail = key.firstRange(of: empty).map { String(key[$0.upperBound...]) } ?? ""
            candidates += try view.keys(startingWith: prefix).filter { $0.hasSuffix(tail) || $0.contains(tail + "/") }
        }
        var best: (key: String, expiry: Int64)?
        for candidate in candidates {
            let expiry = try view.readableObject(candidate).flatMap { Self.life(of: $0.value)?.end } ?? 0
            if best.map({ expiry > $0.expiry }) ?? true { best = (candidate, expiry) }
        }
        return best?.key ?? key
    }

    /// True when a stored token is past 80 % of its life, or has none that can be read.
    func isTokenDue(_ key: String, in view: some StoreReading, at now: Moment) throws(StoreError) -> Bool {
        guard let object = try view.readableObject(key) else { return true }
        guard let life = Self.life(of: object.value) else { return true }
        return now.wall >= life.end - life.length / 5
    }

    /// When a TokenRequest's token ends, and how long it lives, in milliseconds.
    static func life(of value: Bytes) -> (end: Int64, length: Int64)? {
        guard let request = try? JSONValue(parsing: value),
            let text = request["status"]?["expirationTimestamp"]?.text, let end = KubernetesTimestamp.milliseconds(text)
        else { return nil }
        // A peer's number: Kubernetes takes ten minutes to 2^32 seconds.
        let seconds = min(max(request["spec"]?["expirationSeconds"]?.integer ?? 3600, 0), 1 << 32)
        return (end, Int64(seconds) * 1000)
    }
}
