package import Beehive
package import KubeAPI
internal import MetaManager

/// Writes through the Kubernetes API: the cloud decides while it can be asked; else this node, as far as it may.
package struct WriteHandler: Sendable {
    /// What came of a write.
    package struct Written: Sendable {
        /// The HTTP status code.
        package var status: Int
        /// The object, or the `Status` of a deletion.
        package var body: JSONValue
        /// What the client should know: that the write waits for the cloud.
        package var warning: String?
        /// True when the cloud has decided.
        package var isFromCloud: Bool
    }

    let policy: @Sendable () -> WritePolicy
    let reader: any ObjectReading
    let cloud: (any CloudRequesting)?
    let writer: any LocalWriting
    let time: any TimeSource
    private let ids: Lock<MessageIDSource>

    /// How long the cloud may take for a lease: whoever holds it gives up after ten seconds without a renewal.
    static let leasePatience = Duration.seconds(4)
    /// The most objects of one `deletecollection`.
    static let maximumCollection = 1000

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - policy: `metaserver.offline.kinds`, which may change while running.
    ///   - reader: reads objects as the API shows them.
    ///   - cloud: asks the cloud; nil for a program without one.
    ///   - writer: gives writes to the loop.
    ///   - time: where the time comes from.
    ///   - ids: where uids of new objects come from, until the cloud gives them theirs.
    package init(
        policy: @escaping @Sendable () -> WritePolicy, reader: any ObjectReading, cloud: (any CloudRequesting)?,
        writer: any LocalWriting, time: any TimeSource = SystemTime(), ids: MessageIDSource = MessageIDSource()
    ) {
        self.policy = policy
        self.reader = reader
        self.cloud = cloud
        self.writer = writer
        self.time = time
        self.ids = Lock(ids)
    }

    /// Answers a write in JSON.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - kind: its kind.
    ///   - body: the body.
    ///   - contentType: how it is written.
    ///   - caller: who asks; already allowed to.
    /// - Returns: the answer; a `Status` for whatever is refused.
    package func handle(
        _ request: ResourceRequest, kind: KubeKind, body: Bytes, contentType: String?, caller: Caller
    ) async -> APIResponse {
        do throws(APIFailure) {
            let written = try await write(request, kind: kind, body: body, contentType: contentType, caller: caller)
            var headers = [(name: "Metamanager-Origin", value: written.isFromCloud ? "cloud" : "store")]
            if let warning = written.warning { headers.append(("Warning", "299 - \"\(warning)\"")) }
            return APIResponse(
                status: written.status, type: "application/json", headers: headers, body: .bytes(written.body.json))
        } catch {
            return APIResponse(error)
        }
    }

    /// Has a write done.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - kind: its kind.
    ///   - body: the body.
    ///   - contentType: how it is written.
    ///   - caller: who asks; already allowed to.
    /// - Returns: what came of it.
    /// - Throws: the refusal.
    package func write(
        _ request: ResourceRequest, kind: KubeKind, body: Bytes, contentType: String?, caller: Caller
    ) async throws(APIFailure) -> Written {
        let body = try WriteBody(body, type: contentType, of: request, kind: kind)
        let job = WriteJob(request: request, kind: kind, body: body, caller: caller.name)
        let current = try await self.current(job)
        let standing: WritePolicy.Cloud =
            if let cloud { cloud.absence.map { .away($0) } ?? .reachable } else { .away("this program has no cloud") }
        switch decide(job, current, standing) {
        case .refused(let failure): throw failure
        case .twin: return try await twinWrite(job)
        case .node: return try await nodeWrite(job, because: Self.why(standing))
        case .cloud:
            do throws(Unasked) {
                return try await cloudWrite(job, current: current)
            } catch {
                switch error {
                case .refused(let failure): throw failure
                case .away(let cause):
                    switch decide(job, current, .away(cause)) {
                    case .refused(let failure): throw failure
                    case .cloud, .node, .twin: return try await nodeWrite(job, because: cause)
                    }
                }
            }
        }
    }

    private func decide(
        _ job: WriteJob, _ current: CurrentObject?, _ cloud: WritePolicy.Cloud
    ) -> WritePolicy.Decision {
        policy().decide(
            job.request, kind: job.kind, isApply: job.isApply, hasPending: current?.isPending ?? false, cloud: cloud)
    }

    static func why(_ cloud: WritePolicy.Cloud) -> String {
        if case .away(let cause) = cloud { cause } else { "an earlier write of it waits" }
    }

    /// The object that a write is about; nil when there is none, or the write names none.
    func current(_ job: WriteJob) async throws(APIFailure) -> CurrentObject? {
        var name = job.request.name
        if name == nil, case .object(let object) = job.body { name = object["metadata"]?["name"]?.text }
        guard let name, !name.isEmpty else { return nil }
        return try await reader.object(job.kind, namespace: job.request.namespace, name: name)
    }

    /// A new id, for uids and generated names.
    func nextID() -> String { ids.withLock { $0.next() } }

    /// The row of an object that is not stored yet.
    static func path(_ kind: KubeKind, namespace: String?, name: String) -> ResourcePath {
        ResourcePath(
            namespace: kind.isNamespaced ? namespace ?? "default" : "null", type: kind.storedType, id: name)
    }

    /// The `Status` of a deletion.
    static func deleted(_ job: WriteJob, uid: String?) -> JSONValue {
        var details: JSONValue = ["kind": JSONValue(text: job.kind.resource.plural)]
        if let name = job.request.name { details["name"] = JSONValue(text: name) }
        if !job.kind.resource.group.isEmpty { details["group"] = JSONValue(text: job.kind.resource.group) }
        if let uid, !uid.isEmpty { details["uid"] = JSONValue(text: uid) }
        return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
    }
}

/// One write, with its body read.
struct WriteJob: Sendable {
    var request: ResourceRequest
    let kind: KubeKind
    let body: WriteBody
    let caller: String

    var isApply: Bool { if case .apply = body { true } else { false } }
    var isLease: Bool { kind.storedType == .lease }
    var validation: WriteValidation { WriteValidation(request, kind: kind) }
}

/// Why the cloud has not decided.
enum Unasked: Error {
    /// It could not be asked: somebody else may decide.
    case away(String)
    /// The write is refused.
    case refused(APIFailure)
}
