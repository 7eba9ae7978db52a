internal import Beehive
internal import KubeAPI
public import MetaStore
public import NIOPosix
internal import NodePKI

/// The service accounts that the cloud has told of, as they stand in the store.
public final class StoredAccounts: Sendable {
    /// How many accounts' rules are kept parsed.
    private static let limit = 64

    private struct Parsed {
        var revision: Int64
        var access: ServiceAccountAccess
    }

    private let reader: StoreReader
    private let threads: NIOThreadPool
    /// By key; parsed again when the row's revision is another.
    private let parsed = Lock<[String: Parsed]>([:])

    /// Makes accounts.
    ///
    /// - Parameters:
    ///   - reader: reads beside the writer.
    ///   - threads: where reads block.
    public init(reader: StoreReader, threads: NIOThreadPool) {
        self.reader = reader
        self.threads = threads
    }

    /// What an account may do.
    ///
    /// - Returns: nil when the account is not known here.
    func rules(namespace: String, name: String) async throws -> AccessRules? {
        try await threads.runIfActive { [self] in
            try reader.read { view throws(StoreError) in try access(namespace, name, view)?.rules }
        }
    }

    /// Checks that the account of a token, and what the token is bound to, are still there; all in one snapshot.
    ///
    /// - Parameters:
    ///   - token: what the token says.
    ///   - text: the token itself, which a Secret has to hold when it is of the old form.
    /// - Returns: what the account may do, or what is missing.
    /// - Throws: `StoreError` when the store does not answer, or that the program is stopping.
    func check(_ token: ServiceAccountToken, text: [UInt8]) async throws -> Result<AccessRules, TokenFault> {
        try await threads.runIfActive { [self] in
            try reader.read { view throws(StoreError) in
                let name = "\(token.namespace)/\(token.account)"
                guard let access = try access(token.namespace, token.account, view) else {
                    return .failure(.account(name))
                }
                guard access.uid.isEmpty || token.accountUID.isEmpty || access.uid == token.accountUID else {
                    return .failure(.accountReplaced(name))
                }
                for binding in token.bindings where try !holds(binding, token, text, view) {
                    return .failure(.binding("the \(binding.kind.rawValue) \(binding.name)"))
                }
                return .success(access.rules)
            }
        }
    }

    private func access(
        _ namespace: String, _ name: String, _ view: StoreTransaction
    ) throws(StoreError) -> ServiceAccountAccess? {
        // The controller gives the object the account's name.
        let key = "\(namespace)/\(ResourceType.serviceAccountAccess.rawValue)/\(name)"
        guard let head = try view.head(key) else {
            parsed.withLock { _ = $0.removeValue(forKey: key) }
            return nil
        }
        if let known = parsed.withLock({ $0[key] }), known.revision == head.revision { return known.access }
        guard let row = try view.object(key), let object = try? JSONValue(parsing: row.value),
            let access = ServiceAccountAccess(object), access.namespace == namespace, access.name == name
        else { return nil }
        parsed.withLock { parsed in
            if parsed.count >= Self.limit { parsed.removeAll() }
            parsed[key] = Parsed(revision: row.head.revision, access: access)
        }
        return access
    }

    private func holds(
        _ binding: ServiceAccountToken.Binding, _ token: ServiceAccountToken, _ text: [UInt8], _ view: StoreTransaction
    ) throws(StoreError) -> Bool {
        switch binding.kind {
        case .pod: return try uid("\(token.namespace)/pod/\(binding.name)", view) == binding.uid
        case .node: return try uid("default/node/\(binding.name)", view) == binding.uid
        case .secret:
            let key = "\(token.namespace)/secret/\(binding.name)"
            guard binding.uid.isEmpty else { return try uid(key, view) == binding.uid }
            guard let row = try view.object(key), let object = try? JSONValue(parsing: row.value),
                let held = object["data"]?["token"]?.text.flatMap({ Base64.standard.decode($0) })
            else { return false }
            return TokenAuthenticator.isSame(held, text)
        }
    }

    private func uid(_ key: String, _ view: StoreTransaction) throws(StoreError) -> String? {
        guard let head = try view.head(key) else { return nil }
        if !head.uid.isEmpty { return head.uid }
        let row = try view.object(key)
        return row.flatMap { try? JSONValue(parsing: $0.value) }?["metadata"]?["uid"]?.text
    }
}
