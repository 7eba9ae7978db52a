package import Beehive

/// A write of this node that the cloud did not take: the local copy, kept so that somebody can look at it.
///
/// Stored as a row `<namespace>/conflict/<type>.<name>.<id>`, whose value is that of the pending write and:
///
/// ```
/// {"reason": "Conflict", "message": "…",     in the words of the API server, or of this program
///  "cloud": "823",                           the version of the cloud's object; empty when there is none
///  "ended": 1800000009000}                   when the cloud decided, milliseconds since 1970
/// ```
package struct WriteConflict: Hashable, Sendable {
    /// The type of the rows.
    package static let type = ResourceType.writeConflict
    /// The annotation that tells readers of the object; its value is a line that says why, and where the copy is.
    package static let annotation = "metamanager/conflict"

    /// What was written here.
    package var write: PendingWrite
    /// Kubernetes' word for the refusal, such as `Conflict` or `Forbidden`.
    package var reason: String
    /// One line that says why.
    package var message: String
    /// The version of the cloud's object; empty when there is none.
    package var cloudVersion: String
    /// When the cloud decided, in milliseconds since 1970.
    package var ended: Int64

    /// Makes a record.
    package init(_ write: PendingWrite, reason: String, message: String, cloudVersion: String = "", ended: Int64) {
        self.write = write
        self.reason = reason
        self.message = message
        self.cloudVersion = cloudVersion
        self.ended = ended
    }

    /// The row that keeps it.
    ///
    /// - Parameters:
    ///   - object: the object that was written.
    ///   - id: tells several of one object apart.
    /// - Returns: the row.
    package static func path(of object: ResourcePath, id: String) -> ResourcePath {
        ResourcePath(namespace: object.namespace, type: type, id: "\(object.type.rawValue).\(object.id).\(id)")
    }

    /// The object that a row tells of; nil for what is no such row.
    package static func path(under row: ResourcePath) -> ResourcePath? {
        guard row.type == type, let first = row.id.firstIndex(of: "."), let last = row.id.lastIndex(of: "."),
            row.id.startIndex < first, row.id.index(after: first) < last
        else { return nil }
        return ResourcePath(
            namespace: row.namespace, type: ResourceType(String(row.id[..<first])),
            id: String(row.id[row.id.index(after: first)..<last]))
    }

    /// What the annotation says.
    ///
    /// - Parameter key: the row's key.
    /// - Returns: one line.
    package func note(key: String) -> String {
        "\(reason): \(OneLine.of(message, limit: 300)); what was written on this node is kept as \(key)"
    }

    /// The row's value.
    package var json: JSONValue {
        var value = write.json
        value["reason"] = JSONValue(text: reason)
        value["message"] = JSONValue(text: message)
        value["cloud"] = JSONValue(text: cloudVersion)
        value["ended"] = JSONValue(integer: ended)
        return value
    }

    /// Reads a row's value; nil when it is none.
    package init?(_ value: Bytes) {
        guard let json = try? JSONValue(parsing: value), let write = PendingWrite(json: json),
            let reason = json["reason"]?.text
        else { return nil }
        self.init(
            write, reason: reason, message: json["message"]?.text ?? "", cloudVersion: json["cloud"]?.text ?? "",
            ended: Int64(json["ended"]?.integer ?? 0))
    }
}
