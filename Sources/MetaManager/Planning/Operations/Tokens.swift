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
            let expiry = try view.object(candidate).flatMap { Self.life(of: $0.value)?.end } ?? 0
            if best.map({ expiry > $0.expiry }) ?? true { best = (candidate, expiry) }
        }
        return best?.key ?? key
    }

    /// True when a stored token is past 80 % of its life, or has none that can be read.
    func isTokenDue(_ key: String, in view: some StoreReading, at now: Moment) throws(StoreError) -> Bool {
        guard let object = try view.object(key) else { return true }
        guard let life = Self.life(of: object.value) else { return true }
        return now.wall >= life.end - life.length / 5
    }

    /// When a TokenRequest's token ends, and how long it lives, in milliseconds.
    static func life(of value: Bytes) -> (end: Int64, length: Int64)? {
        guard let request = try? JSONValue(parsing: value),
            let text = request["status"]?["expirationTimestamp"]?.text, let end = KubernetesTime.milliseconds(text)
        else { return nil }
        let seconds = request["spec"]?["expirationSeconds"]?.integer ?? 3600
        return (end, Int64(seconds) * 1000)
    }
}

/// Kubernetes' times: RFC 3339 in UTC, to the second.
enum KubernetesTime {
    /// Milliseconds since 1970; nil when the text is no such time.
    static func milliseconds(_ text: String) -> Int64? {
        let digits = text.utf8.split { !(48...57).contains($0) }.compactMap {
            Int64(String(decoding: $0, as: UTF8.self))
        }
        guard digits.count >= 6, text.hasSuffix("Z"), (1...12).contains(digits[1]), (1...31).contains(digits[2]) else {
            return nil
        }
        // Days from a civil date: years start in March, so that the leap day is the last.
        let year = digits[1] <= 2 ? digits[0] - 1 : digits[0]
        let era = year / 400
        let yearOfEra = year - era * 400
        let month = (digits[1] + 9) % 12
        let dayOfYear = (153 * month + 2) / 5 + digits[2] - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return ((days * 24 + digits[3]) * 60 + digits[4]) * 60_000 + digits[5] * 1000
    }

    /// The text of a time.
    static func text(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        let days = seconds / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = [seconds % 86_400 / 3600, seconds % 3600 / 60, seconds % 60].map(two).joined(separator: ":")
        return "\(year)-\(two(month))-\(two(day))T\(clock)Z"
    }
}
