package import Beehive
package import KubeAPI
package import MetaManager

/// An object as readers of the API see it, for who is about to change it.
package struct CurrentObject: Sendable {
    /// The object: its `resourceVersion` is the store's revision, the cloud's stands in the annotation, and what waits
    /// for the cloud is merged in.
    package var value: JSONValue
    /// The row that it stands in, or would stand in.
    package var path: ResourcePath
    /// Whether a write of it waits for the cloud.
    package var isPending: Bool

    /// Makes an object.
    package init(_ value: JSONValue, path: ResourcePath, isPending: Bool) {
        self.value = value
        self.path = path
        self.isPending = isPending
    }

    /// The store's revision of it.
    var revision: Int64? { Int64(value.resourceVersion) }
    /// The cloud's version of it; empty when the cloud has none.
    var cloudVersion: String {
        value["metadata"]?["annotations"]?[ObjectForm.versionAnnotation]?.text ?? ""
    }
}

/// Reads objects as the API shows them.
package protocol ObjectReading: Sendable {
    /// One object.
    ///
    /// - Parameters:
    ///   - kind: its kind.
    ///   - namespace: its namespace; nil for kinds without.
    ///   - name: its name.
    /// - Returns: nil when readers see none.
    /// - Throws: a 500 when the store cannot be read.
    func object(_ kind: KubeKind, namespace: String?, name: String) async throws(APIFailure) -> CurrentObject?

    /// The objects that a `deletecollection` means.
    ///
    /// - Parameters:
    ///   - request: the request, with its selectors.
    ///   - kind: their kind.
    ///   - limit: the most objects.
    /// - Returns: the objects.
    /// - Throws: a 500 when the store cannot be read.
    func objects(
        _ request: ResourceRequest, kind: KubeKind, limit: Int
    ) async throws(APIFailure) -> [CurrentObject]
}

/// Asks the cloud's dynamic controller.
package protocol CloudRequesting: Sendable {
    /// Why the cloud cannot be asked now; nil when it can, as far as is known.
    var absence: String? { get }

    /// Asks, and waits for what becomes of it.
    func perform(_ application: Application, for caller: String) async -> CloudOutcome

    /// Has the cloud tell of the changes of a kind from now on.
    func keepFresh(_ resource: KubeKind.Resource, namespace: String?)
}

extension CloudRequesting {
    /// Where nobody tells of changes.
    package func keepFresh(_ resource: KubeKind.Resource, namespace: String?) {}
}

extension CloudApplications: CloudRequesting {
    /// Why the cloud cannot be asked now.
    package var absence: String? { report.hasController == false ? report.cause : nil }
}

/// Gives writes to the loop.
package protocol LocalWriting: Sendable {
    /// Has a write done.
    func write(_ write: LocalWrite) async -> LocalWrite.Answer
}

extension LocalWriter: LocalWriting {}
