internal import Beehive
internal import KubeAPI

/// What may be written down of a refusal's details: what tells whether the object asked for is not there.
///
/// The name and kind that were asked for stand in the record already. Any others may quote something; that they are
/// others is all that decisions read.
struct RefusalDetails {
    private var plural = ""
    private var name = ""

    /// Finds out what an answer is about.
    init(of answer: JSONValue) {
        // Group, version, plural, namespace and name, each behind a slash.
        let key = Array((answer["Key"]?.text ?? "").utf8)
        let parts = key.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 6 else { return }
        plural = String(decoding: parts[3], as: UTF8.self)
        name = String(decoding: parts[5], as: UTF8.self)
        // What is created is named in its body alone.
        if name == "null", let text = answer["ReqBody"]?.text, let bytes = Base64.decode(Bytes(text.utf8)),
            let object = try? JSONValue(parsing: bytes), let created = object["metadata"]?["name"]?.text
        {
            name = created
        }
    }

    /// The details without all else.
    ///
    /// - Parameters:
    ///   - details: as the API server says them.
    ///   - redacted: makes what stands for any other value.
    /// - Returns: what stands for them.
    func kept(_ details: JSONValue, redacted: (JSONValue) -> JSONValue) -> JSONValue {
        var kept: [JSONMember] = []
        if let told = details["name"] {
            let isAsked = told.text?.utf8.elementsEqual(name.utf8) ?? false
            kept.append(JSONMember("name", isAsked ? told : redacted(told)))
        }
        if let kind = details["kind"] {
            let isAsked = kind.text?.lowercased() == plural.lowercased()
            kept.append(JSONMember("kind", isAsked || Self.isWord(kind) ? kind : redacted(kind)))
        }
        if APIFailure.blamesPath(details) {
            kept.append(JSONMember("causes", [["reason": JSONValue(text: APIFailure.pathCause)]]))
        }
        return .object(kept)
    }

    /// A kind is a word of Kubernetes, in the singular or not.
    private static func isWord(_ value: JSONValue) -> Bool {
        guard let text = value.text, text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }
}
