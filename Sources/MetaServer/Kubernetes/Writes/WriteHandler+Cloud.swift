internal import Beehive
internal import KubeAPI
internal import MetaManager

/// Writes that the cloud decides: passed on with the cloud's version in the place of the store's revision.
extension WriteHandler {
    func cloudWrite(_ job: WriteJob, current: CurrentObject?) async throws(Unasked) -> Written {
        if job.request.verb == .deletecollection { return try await deleteCollection(job) }
        let application: Application
        do throws(APIFailure) {
            application = try self.application(job, current: current)
        } catch {
            throw .refused(error)
        }
        let body = try await ask(application, job)
        let object = body.flatMap { try? JSONValue(parsing: $0) }
        if job.request.verb == .delete {
            if !job.request.options.isDryRun { await noteDeleted(job, object, current) }
            let isObject = object?["metadata"]?["name"] != nil
            return Written(
                status: 200, body: isObject ? object ?? .null : Self.deleted(job, uid: current?.value.uid),
                warning: nil, isFromCloud: true)
        }
        guard let object else {
            let isNamed = job.request.verb == .create
            return Written(
                status: isNamed ? 201 : 200,
                body: ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success"], warning: nil,
                isFromCloud: true)
        }
        let shown = await settled(object, job, current)
        return Written(
            status: job.request.verb == .create ? 201 : 200, body: shown, warning: nil, isFromCloud: true)
    }

    // MARK: Asking

    private func ask(_ application: Application, _ job: WriteJob) async throws(Unasked) -> Bytes? {
        guard let cloud else { throw .away("this program has no cloud") }
        switch await outcome(of: application, from: cloud, job) {
        case .approved(let body): return body
        case .rejected(let failure): throw .refused(failure)
        case .failed(let cause):
            throw .refused(APIFailure(500, reason: "InternalError", "the cloud could not do it: \(cause)"))
        case .unavailable(.cut) where !job.isLease, .timedOut where !job.isLease:
            throw .refused(
                APIFailure(
                    504, reason: "Timeout",
                    "the cloud has not answered in time; whether it was done is not known: read the object before you "
                        + "try again", retryAfter: WritePolicy.retryAfter))
        case .unavailable(.stopping) where !job.isLease:
            throw .refused(
                APIFailure(
                    503, reason: "ServiceUnavailable", CloudAbsence.stopping.description,
                    retryAfter: WritePolicy.retryAfter))
        case .unavailable(let absence): throw .away(absence.description)
        // What was done twice is found out when it is sent again: its object is the same then.
        case .timedOut: throw .away("the cloud has not answered in time")
        }
    }

    /// Of a lease whoever renews it cannot wait for long.
    private func outcome(
        of application: Application, from cloud: any CloudRequesting, _ job: WriteJob
    ) async -> CloudOutcome {
        guard job.isLease else { return await cloud.perform(application, for: job.caller) }
        return await withTaskGroup(of: CloudOutcome.self) { group in
            // The cloud and the clock race; the group owns both, and the one that lost ends with it.
            group.addTask { await cloud.perform(application, for: job.caller) }
            group.addTask {
                try? await Task.sleep(for: Self.leasePatience)
                return .timedOut
            }
            let first = await group.next() ?? .timedOut
            group.cancelAll()
            return first
        }
    }

    private func application(_ job: WriteJob, current: CurrentObject?) throws(APIFailure) -> Application {
        let (request, resource) = (job.request, job.kind.resource)
        let (name, subresource) = (request.name ?? "", request.subresource ?? "")
        let options = request.options
        switch job.body {
        case .object(let object) where request.verb == .create:
            // What is created behind a name, such as a token, is of a kind of its own.
            let body =
                subresource.isEmpty ? try job.validation.fitted(object) : try job.validation.addressed(object)
            return .create(
                resource, namespace: request.namespace, name: subresource.isEmpty ? nil : name,
                body: SentObject.withoutOwnAnnotations(body).json, subresource: subresource,
                options: options.writeOptions)
        case .object(let object):
            let isWhole = subresource.isEmpty || subresource == "status"
            let body = try job.validation.addressed(isWhole ? try job.validation.fitted(object) : object)
            let version = try sentVersion(of: body.resourceVersion, job, current)
            return .update(
                resource, namespace: request.namespace, name: name,
                body: SentObject.make(body, for: .update, version: version).json, subresource: subresource,
                options: options.writeOptions)
        case .patch(let patch):
            let version = try sentVersion(of: patch.version ?? "", job, current, isTest: patch.type == .jsonPatch)
            let data = patch.sent(revision: current?.value.resourceVersion ?? "", version: version).json
            return .patch(
                resource, namespace: request.namespace, name: name, patchType: patch.type.rawValue, data: data,
                subresource: subresource, options: options.patchOptions)
        case .apply(let bytes):
            return .patch(
                resource, namespace: request.namespace, name: name, patchType: BodyType.applyYAML.rawValue, data: bytes,
                subresource: subresource, options: options.patchOptions)
        case .options(var body):
            if let current {
                try job.validation.checkPreconditions(body, over: current.value)
                if var conditions = body["preconditions"], conditions["resourceVersion"] != nil {
                    let version = current.cloudVersion
                    conditions["resourceVersion"] =
                        version.isEmpty ? Optional<JSONValue>.none : JSONValue(text: version)
                    body["preconditions"] = conditions
                }
            }
            if options.isDryRun { body["dryRun"] = ["All"] }
            if let seconds = options.gracePeriodSeconds { body["gracePeriodSeconds"] = JSONValue(integer: seconds) }
            if !options.propagationPolicy.isEmpty {
                body["propagationPolicy"] = JSONValue(text: options.propagationPolicy)
            }
            return .delete(resource, namespace: request.namespace, name: name, options: body)
        }
    }

    /// The cloud's version for the revision that a client has seen.
    ///
    /// - Throws: a 409 when the client has seen an older one.
    private func sentVersion(
        of version: String, _ job: WriteJob, _ current: CurrentObject?, isTest: Bool = false
    ) throws(APIFailure) -> String {
        guard !version.isEmpty, version != "0" else { return "" }
        // What is not stored was read from the cloud, with the cloud's version.
        guard let current else { return version }
        // A client that has the cloud's own version, of an answer of the cloud, is as right.
        if version == current.cloudVersion { return version }
        if !isTest { try job.validation.checkVersion(version, over: current.value) }
        return current.cloudVersion
    }

    // MARK: Answers

    /// What the cloud has made, as readers see it from now on.
    private func settled(_ object: JSONValue, _ job: WriteJob, _ current: CurrentObject?) async -> JSONValue {
        var shown = object
        shown["metadata"]?["annotations"] = Self.annotations(
            of: object, version: object.resourceVersion, pending: nil)
        guard let name = object["metadata"]?["name"]?.text, !job.request.options.isDryRun,
            object["kind"]?.text ?? job.kind.kind == job.kind.kind
        else { return shown }
        if current == nil { cloud?.keepFresh(job.kind.resource, namespace: job.request.namespace) }
        let path =
            current?.path ?? Self.path(job.kind, namespace: object["metadata"]?["namespace"]?.text, name: name)
        var stored = object
        if stored["apiVersion"] == nil { stored["apiVersion"] = JSONValue(text: job.kind.apiVersion) }
        if stored["kind"] == nil { stored["kind"] = JSONValue(text: job.kind.kind) }
        // That the store cannot take it changes nothing of what the cloud has done; its push comes as well.
        _ = await writer.write(LocalWrite(.settled(stored), at: path, expected: nil))
        let read = try? await reader.object(job.kind, namespace: job.request.namespace, name: name)
        // Another writer may have been quicker: the client gets what it has written, or what is newer.
        return read?.cloudVersion == object.resourceVersion ? read?.value ?? shown : shown
    }

    private func noteDeleted(_ job: WriteJob, _ answer: JSONValue?, _ current: CurrentObject?) async {
        // What goes step by step is gone when the cloud says so.
        guard let current, job.kind.storedType != .pod, answer?["metadata"]?["deletionTimestamp"] == nil,
            current.value["metadata"]?["finalizers"]?.elements.isEmpty ?? true
        else { return }
        let told = [answer?["details"]?["uid"]?.text, answer?.uid, current.value.uid]
        // One of the same name that was made since has another uid.
        let uids = Set(told.compactMap { $0 }.filter { !$0.isEmpty })
        _ = await writer.write(LocalWrite(.deleted(uids: uids), at: current.path, expected: nil))
    }

    /// The cloud has no word for it: what is meant is listed, and deleted one by one, each with its uid.
    private func deleteCollection(_ job: WriteJob) async throws(Unasked) -> Written {
        var options = job.request.options.listOptions
        options["limit"] = JSONValue(integer: Self.maximumCollection)
        let list = try await ask(
            .list(job.kind.resource, namespace: job.request.namespace, options: options), job)
        let items = list.flatMap { try? JSONValue(parsing: $0) }?["items"]?.elements ?? []
        for item in items {
            guard let name = item["metadata"]?["name"]?.text else { continue }
            var options: JSONValue = if case .options(let given) = job.body { given } else { [:] }
            options["preconditions"] = ["uid": JSONValue(text: item.uid)]
            if job.request.options.isDryRun { options["dryRun"] = ["All"] }
            do throws(Unasked) {
                _ = try await ask(
                    .delete(
                        job.kind.resource, namespace: item["metadata"]?["namespace"]?.text, name: name,
                        options: options), job)
            } catch {
                // Somebody else has deleted it, or made it anew: it is not what was listed.
                guard case .refused(let failure) = error, failure.code == 404 || failure.code == 409 else {
                    throw error
                }
            }
        }
        return Written(status: 200, body: Self.deleted(job, uid: nil), warning: nil, isFromCloud: true)
    }

    /// An object's annotations with those of this program; nil when there are none.
    static func annotations(of object: JSONValue, version: String, pending: PendingWrite.Verb?) -> JSONValue? {
        var annotations = object["metadata"]?["annotations"] ?? [:]
        annotations[ObjectForm.versionAnnotation] =
            version.isEmpty ? Optional<JSONValue>.none : JSONValue(text: version)
        annotations[PendingWrite.annotation] = pending.map { JSONValue(text: $0.rawValue) }
        return annotations == [:] ? Optional<JSONValue>.none : annotations
    }
}
