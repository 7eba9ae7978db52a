internal import Beehive

/// The objects of one kind.
///
/// Every call throws `MetaClientError`, and `CancellationError` when its task is cancelled.
public struct MetaObjects<Object: MetaObject>: Sendable {
    /// Where they are served.
    public let resource: APIResource
    let transport: APITransport

    /// How many objects are read with one request.
    private static var pageSize: Int { 500 }
    /// After how many pages in a row without an object a list gets nowhere.
    private static var maximumEmptyPages: Int { 1000 }

    /// Reads one object.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - namespace: its namespace; nil for kinds that have none.
    ///   - isFresh: asks the cloud first; its answer, or the stored object when the cloud does not answer in time.
    /// - Returns: nil when there is no such object.
    /// - Throws: `MetaClientError`.
    public func get(_ name: String, in namespace: String? = nil, isFresh: Bool = false) async throws -> Stored<Object>?
    {
        var call = APICall(path: try resource.path(namespace: namespace, name: name), what: "\(resource) '\(name)'")
        if isFresh { call.headers.append(("Cache-Control", "no-cache")) }
        do {
            let answer = try await transport.perform(call)
            return Stored(
                object: Object(json: answer.body), origin: answer.head.origin, age: answer.head.age,
                cloudTrouble: answer.head.cloudTrouble)
        } catch let error as MetaClientError where error.code == .notFound && error.namesObject {
            // That a kind is not served names no object, and is somebody's mistake.
            return nil
        }
    }

    /// Reads all objects, page by page but as of one moment.
    ///
    /// - Parameters:
    ///   - namespace: only of this namespace; nil for all.
    ///   - labels: only those that match, such as `app=web,tier!=cache`.
    ///   - fields: only those that match, such as `spec.nodeName=edge-1`.
    /// - Returns: the objects.
    /// - Throws: `MetaClientError`; `tooLarge` above `Options.maximumObjects`.
    public func list(
        in namespace: String? = nil, labels: String? = nil, fields: String? = nil
    ) async throws -> ObjectList<Object> {
        let selection = WatchSelection(namespace: namespace, labels: labels, fields: fields)
        do {
            return try await pages(selection)
        } catch let error as MetaClientError where error.code == .expired {
            // So many changes came between two pages that the first page's moment is no longer kept: once more.
            return try await pages(selection)
        }
    }

    private func pages(_ selection: WatchSelection) async throws -> ObjectList<Object> {
        var call = APICall(path: try resource.path(namespace: selection.namespace), what: "the list of \(resource)")
        var objects: [Object] = []
        var continuation = ""
        var emptyPages = 0
        while true {
            call.query = selection.query + [("limit", "\(Self.pageSize)")]
            if !continuation.isEmpty { call.query.append(("continue", continuation)) }
            let answer = try await transport.perform(call)
            let items = answer.body["items"]?.elements ?? []
            let limit = transport.options.maximumObjects
            guard objects.count + items.count <= limit else {
                throw MetaClientError(
                    .tooLarge, "\(call.what): more than \(limit) objects; select fewer, or raise maximumObjects")
            }
            objects += items.map { Object(json: completed($0)) }
            let next = answer.body.text(at: "metadata", "continue") ?? ""
            if next.isEmpty {
                return ObjectList(
                    objects: objects, resourceVersion: answer.body.text(at: "metadata", "resourceVersion") ?? "",
                    origin: answer.head.origin)
            }
            // A page may be empty, as when a selector matches little; one without an end is none of this API's lists.
            emptyPages = items.isEmpty ? emptyPages + 1 : 0
            guard next != continuation, emptyPages < Self.maximumEmptyPages else {
                throw MetaClientError(
                    .malformed, "\(call.what): its pages have no end: what answers at \(transport.path) is not well")
            }
            continuation = next
        }
    }

    /// Objects of lists may leave out what the list says of all.
    private func completed(_ item: JSONValue) -> JSONValue {
        var item = item
        if item["apiVersion"] == nil { item["apiVersion"] = JSONValue(text: resource.apiVersion) }
        if item["kind"] == nil { item["kind"] = JSONValue(text: resource.kind) }
        return item
    }

    /// Tells what is there, and then what changes; see `Watch`.
    ///
    /// - Parameters:
    ///   - namespace: only of this namespace; nil for all.
    ///   - name: only the object of this name; nil for all.
    ///   - labels: only those that match.
    ///   - fields: only those that match.
    /// - Returns: a sequence; each of its iterators is a watch of its own.
    public func watch(
        in namespace: String? = nil, name: String? = nil, labels: String? = nil, fields: String? = nil
    ) -> Watch<Object> {
        Watch(
            resource: resource, transport: transport,
            selection: WatchSelection(namespace: namespace, name: name, labels: labels, fields: fields))
    }
}
