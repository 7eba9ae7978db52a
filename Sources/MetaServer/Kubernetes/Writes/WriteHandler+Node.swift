internal import Beehive
internal import KubeAPI
internal import MetaManager

/// Writes that this node decides: compared with the store's revision, and kept for the cloud.
extension WriteHandler {
    /// How often a write that names no version is tried when others write at the same time.
    private static var tries: Int { 8 }

    func nodeWrite(_ job: WriteJob, because cause: String) async throws(APIFailure) -> Written {
        if job.request.verb == .deletecollection { return try await deleteEach(job, because: cause) }
        for _ in 0..<Self.tries {
            if let written = try await nodeTry(job, because: cause) { return written }
        }
        throw job.validation.modified
    }

    /// One try; nil when somebody else was quicker and another try may do.
    private func nodeTry(_ job: WriteJob, because cause: String) async throws(APIFailure) -> Written? {
        let current = try await self.current(job)
        let (wanted, demand) = try wantedObject(job, current)
        let name = wanted?["metadata"]?["name"]?.text ?? job.request.name ?? ""
        let isNew = job.request.verb == .create
        if !job.request.options.isDryRun, let current, let wanted, !isNew, wanted.says(current.value) {
            return Written(status: 200, body: current.value, warning: nil, isFromCloud: false)
        }
        let warning = "kept on this node until the cloud decides: \(OneLine.of(cause, limit: 240))"
        let version = isNew ? "" : current?.cloudVersion ?? ""
        // As it goes up: with the cloud's version, without annotations of this program.
        var kept = wanted.map { SentObject.make($0, for: .update, version: version) }
        if isNew, var metadata = kept?["metadata"] {
            metadata["uid"] = JSONValue(text: nextID())
            metadata["creationTimestamp"] = JSONValue(text: KubernetesTimestamp.text(time.now().wall))
            kept?["metadata"] = metadata
        }
        var revision = current?.revision ?? 0
        if !job.request.options.isDryRun {
            let request = LocalWrite.PendingRequest(
                resource: job.kind.resource, namespace: job.kind.isNamespaced ? job.request.namespace : nil, name: name,
                object: kept, subresource: job.request.subresource ?? "", caller: job.caller)
            let path = current?.path ?? Self.path(job.kind, namespace: job.request.namespace, name: name)
            let expected = isNew ? 0 : current?.revision
            let answer = await writer.write(LocalWrite(.pending(request), at: path, expected: expected))
            guard let committed = try taken(answer, job, name: name, isDemanded: demand) else { return nil }
            revision = committed
        }
        guard var shown = kept else {
            return Written(
                status: 200, body: Self.deleted(job, uid: current?.value.uid), warning: warning, isFromCloud: false)
        }
        if var metadata = shown["metadata"] {
            metadata["resourceVersion"] = JSONValue(text: "\(revision)")
            metadata["annotations"] = Self.annotations(
                of: shown, version: version, pending: version.isEmpty ? .create : .update)
            shown["metadata"] = metadata
        }
        return Written(status: isNew ? 201 : 200, body: shown, warning: warning, isFromCloud: false)
    }

    /// The object as it is to be, nil when it is to be deleted; and whether the writer demands a version.
    private func wantedObject(
        _ job: WriteJob, _ current: CurrentObject?
    ) throws(APIFailure) -> (JSONValue?, isDemanded: Bool) {
        let validation = job.validation
        if job.request.verb == .create, case .object(let body) = job.body {
            let object = try validation.created(body, suffix: String(nextID().prefix(5)))
            let name = object["metadata"]?["name"]?.text ?? ""
            guard current == nil else { throw validation.exists(name) }
            return (object, true)
        }
        guard let current else { throw .notFound(job.kind.resource, name: job.request.name ?? "") }
        switch job.body {
        case .object(let body):
            let version = body.resourceVersion
            return (try validation.updated(body, over: current.value), !version.isEmpty && version != "0")
        case .patch(let patch):
            let patched = try patch.apply(to: current.value)
            // The patch is of what was read here: its version is the one that counts.
            try validation.checkVersion(patch.version ?? "", over: current.value)
            return (try validation.updated(patched, over: current.value), patch.version != nil)
        case .options(let options):
            try validation.checkPreconditions(options, over: current.value)
            let finalizers = current.value["metadata"]?["finalizers"]?.elements ?? []
            guard finalizers.isEmpty else {
                throw APIFailure(
                    503, reason: "ServiceUnavailable",
                    "it has finalizers, which only controllers in the cloud can take off",
                    retryAfter: WritePolicy.retryAfter)
            }
            return (Optional<JSONValue>.none, options["preconditions"]?["resourceVersion"] != nil)
        case .apply:
            throw APIFailure(
                503, reason: "ServiceUnavailable", "server-side apply is the API server's own work",
                retryAfter: WritePolicy.retryAfter)
        }
    }

    /// The revision of a write that was taken; nil when it may be tried again.
    private func taken(
        _ answer: LocalWrite.Answer, _ job: WriteJob, name: String, isDemanded: Bool
    ) throws(APIFailure) -> Int64? {
        switch answer {
        case .taken(let revision): return revision
        case .changed:
            if isDemanded { throw job.validation.modified }
            return nil
        case .exists: throw job.validation.exists(name)
        case .absent: throw .notFound(job.kind.resource, name: name)
        case .refused(let cause):
            throw APIFailure(
                503, reason: "ServiceUnavailable", "\(job.kind.resource) \"\(name)\": \(cause)",
                retryAfter: WritePolicy.retryAfter)
        case .full(let cause):
            throw APIFailure(429, reason: "TooManyRequests", cause, retryAfter: 60)
        case .failed(let cause):
            throw APIFailure(503, reason: "ServiceUnavailable", cause, retryAfter: WritePolicy.retryAfter)
        }
    }

    private func deleteEach(_ job: WriteJob, because cause: String) async throws(APIFailure) -> Written {
        let objects = try await reader.objects(job.request, kind: job.kind, limit: Self.maximumCollection)
        var warning: String?
        for object in objects {
            var single = job
            single.request.verb = .delete
            single.request.name = object.value["metadata"]?["name"]?.text
            single.request.namespace = object.value["metadata"]?["namespace"]?.text ?? job.request.namespace
            do throws(APIFailure) {
                warning = try await nodeWrite(single, because: cause).warning
            } catch {
                guard error.code == 404 else { throw error }
            }
        }
        return Written(status: 200, body: Self.deleted(job, uid: nil), warning: warning, isFromCloud: false)
    }

    // MARK: Devices

    /// A device goes to the twin, which does what is wanted and reports to the cloud by itself.
    func twinWrite(_ job: WriteJob) async throws(APIFailure) -> Written {
        for _ in 0..<Self.tries {
            let current = try await self.current(job)
            let (wanted, demand) = try wantedObject(job, current)
            guard let wanted, let current else { break }
            if job.request.options.isDryRun {
                return Written(status: 200, body: wanted, warning: nil, isFromCloud: false)
            }
            let device = SentObject.make(wanted, for: .update, version: current.cloudVersion)
            let answer = await writer.write(
                LocalWrite(.device(device), at: current.path, expected: current.revision))
            let name = job.request.name ?? ""
            guard let revision = try taken(answer, job, name: name, isDemanded: demand) else { continue }
            var shown = device
            if var metadata = shown["metadata"] {
                metadata["resourceVersion"] = JSONValue(text: "\(revision)")
                metadata["annotations"] = Self.annotations(
                    of: device, version: current.cloudVersion, pending: Optional<PendingWrite.Verb>.none)
                shown["metadata"] = metadata
            }
            return Written(status: 200, body: shown, warning: nil, isFromCloud: false)
        }
        throw job.validation.modified
    }
}
