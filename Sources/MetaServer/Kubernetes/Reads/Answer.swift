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
        let wanted = try AnswerForm(accept: accept, isWatch: request.verb == .watch)
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
    func encoded(_ json: Bytes) -> Bytes {
        guard wanted.encoding == .yaml, let tree = try? JSONValue(parsing: json) else { return json }
        return YAMLText.bytes(tree)[...]
    }
}
