public import Beehive
package import KubeAPI
public import MetaStore
public import NIOPosix

/// What the Kubernetes paths are made of, handed in by whoever composes the program.
public struct KubeContext: Sendable {
    let reader: StoreReader
    let threads: NIOThreadPool
    /// Tells of changes; to be run beside the server.
    public let hub: WatchHub
    let catalogs = CatalogKeeper()
    /// What discovery tells of the catalog.
    let documents = DiscoveryDocuments()
    /// Who is sent a list that is too long to be held.
    let longLists = Places(4)
    let time: any TimeSource
    /// Asks the cloud; nil for a program that cannot.
    package var applications: CloudApplications?
    /// Gives writes to the loop; nil where nothing can be written.
    package var writer: (any LocalWriting)?
    /// What may be written while the cloud cannot be asked.
    package var policy: @Sendable () -> WritePolicy = { WritePolicy() }
    /// Answers `kubectl auth can-i` and its kin; nil where nobody can tell.
    public var reviews: AccessReviews?
    /// Writes down who reads secrets; nil: nobody does.
    public var audit: Audit?

    /// Makes a context.
    ///
    /// - Parameters:
    ///   - reader: where requests read; the hub has one of its own.
    ///   - hub: what tells of changes.
    ///   - threads: where reads of the store block.
    ///   - time: where the time comes from.
    public init(reader: StoreReader, hub: WatchHub, threads: NIOThreadPool, time: any TimeSource = SystemTime()) {
        self.reader = reader
        self.hub = hub
        self.threads = threads
        self.time = time
    }

    /// Reads in a snapshot, on a thread that may block.
    ///
    /// - Parameter body: the work.
    /// - Throws: `APIFailure` when the store cannot be read, or the program stops.
    /// - Returns: what the work gives.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (StoreTransaction) throws(StoreError) -> Result
    ) async throws(APIFailure) -> Result {
        let reader = reader
        return try await work { try reader.read(body) }
    }

    /// A snapshot of what is stored now, on a connection of its own.
    func snapshot() async throws(APIFailure) -> StoreSnapshot {
        let reader = reader
        return try await work { try reader.snapshot() }
    }

    private func work<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws(APIFailure)
        -> Result
    {
        do {
            return try await threads.runIfActive(body)
        } catch let error as StoreError {
            throw APIFailure(500, reason: "InternalError", error.description)
        } catch {
            throw APIFailure(503, reason: "ServiceUnavailable", "the program is stopping: \(error)", retryAfter: 5)
        }
    }

    /// The kinds that are known now.
    func catalog() async throws(APIFailure) -> KindCatalog { try await numberedCatalog().catalog }

    /// The kinds that are known now, numbered.
    func numberedCatalog() async throws(APIFailure) -> CatalogKeeper.Numbered {
        let catalogs = catalogs
        return try await read { view throws(StoreError) in
            try catalogs.catalog(in: view)
        }
    }
}
