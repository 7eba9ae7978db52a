internal import Beehive
internal import KubeAPI

/// The form in which a request wants its answer, and what makes it.
struct Answer: Sendable {
    let wanted: AnswerForm
    let form: any AnswerForming

    /// Finds out what a request wants.
    ///
    /// - Parameters:
    ///   - accept: its `Accept` header.
    ///   - request: what it asks for.
    ///   - kind: its kind.
    ///   - time: from which ages are told.
    /// - Throws: a 406 for forms that there are not.
    init(accept: String?, _ request: ResourceRequest, kind: KubeKind, time: any TimeSource) throws(APIFailure) {
        let wanted = try AnswerForm(
            accept: accept, isWatch: request.verb == .watch,
            hasProtobuf: ProtobufAnswer.writes(apiVersion: kind.apiVersion, kind: kind.kind))
        self.wanted = wanted
        guard let transform = wanted.transform else {
            form = WholeForm(kind: kind)
            return
        }
        if transform.isTable {
            let included = try ObjectTable.Included(request.options.query)
            let table = ObjectTable(
                kind: kind, columns: kind.columns.isEmpty ? nil : kind.columns, included: included,
                version: transform.version)
            form = TransformedForm(
                kind: kind, shape: .table(table), name: "table \(transform.version) \(included)", time: time)
        } else {
            form = TransformedForm(
                kind: kind, shape: .metadata(version: transform.version), name: "metadata \(transform.version)",
                time: time)
        }
    }

    /// A body in the encoding that is wanted.
    ///
    /// - Parameter json: the body in JSON.
    /// - Returns: the body, as the client wants it.
    /// - Throws: a 406 for an object that protobuf has no words for.
    func encoded(_ json: Bytes) throws(APIFailure) -> Bytes { try Self.encoded(json, wanted.encoding) }

    /// A body in an encoding.
    static func encoded(_ json: Bytes, _ encoding: AnswerForm.Encoding) throws(APIFailure) -> Bytes {
        guard encoding != .json, let tree = try? JSONValue(parsing: json) else { return json }
        guard encoding == .protobuf else { return YAMLText.bytes(tree)[...] }
        guard let bytes = ProtobufAnswer.bytes(tree) else {
            throw APIFailure(
                406, reason: "NotAcceptable",
                "protobuf would lose a field that stands in this object: accept application/json")
        }
        return bytes
    }
}
