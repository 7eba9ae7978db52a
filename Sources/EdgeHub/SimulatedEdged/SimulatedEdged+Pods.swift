internal import Beehive
internal import Logging

/// What the simulated edged does with one pod.
extension SimulatedEdged {
    func look(at pod: SimulatedPods.Pod) async {
        if pod.isEnding { return await end(pod) }
        let missing = await missing(of: pod)
        if Task.isCancelled { return }
        let now = time.now().wall
        let status =
            missing.map { SimulatedStatus.pending(pod, because: $0, host: settings.hostAddress, now: now) }
            ?? SimulatedStatus.running(pod, host: settings.hostAddress, now: now)
        await pods.noteWaiting(missing != nil, for: pod.path.key)
        guard status != pod.lastStatus || pod.isOverruled else { return }
        await report(status, of: pod)
    }

    /// What the pod lacks first; nil when it has everything.
    private func missing(of pod: SimulatedPods.Pod) async -> String? {
        for need in PodNeeds.of(pod.object, namespace: pod.path.namespace) {
            let request = message(.query, need.path.key, content: .null)
            let cause: String?
            do {
                let answer = try await bus.request(request, from: info, within: settings.requestTimeout)
                cause = Self.absence(of: need.path, in: answer)
            } catch {
                cause = "\(need.path.type) \"\(need.path.id)\" did not come: \(error)"
            }
            if let cause, !need.isOptional { return cause }
        }
        return nil
    }

    /// Why an answer holds no object; nil when it does.
    private static func absence(of path: ResourcePath, in answer: Message) -> String? {
        let absent = "\(path.type) \"\(path.id)\" not found"
        guard answer.route.operation == .response else { return "\(absent) (\(text(of: answer)))" }
        switch answer.content.kind {
        case .array: return objects(in: answer.content).isEmpty ? absent : nil
        case .object: return answer.content.sketch.metadata.isPresent ? nil : absent
        default: return absent
        }
    }

    private func report(_ status: JSONValue, of pod: SimulatedPods.Pod) async {
        let request: Message
        switch settings.reporting {
        case .patches:
            let patch: JSONValue = ["metadata": ["uid": JSONValue(text: pod.uid)], "status": status]
            request = message(
                .patch, pod.path.with(type: .podPatch).key,
                content: Content(text: String(decoding: Self.replacingLists(patch).json, as: UTF8.self)))
        case .reports:
            let report: JSONValue = [
                "UID": JSONValue(text: pod.uid), "Name": JSONValue(text: pod.path.id), "Status": status,
            ]
            request = message(.update, pod.path.with(type: .podStatus).key, content: Content(report))
        }
        let cause: String
        do {
            let answer = try await bus.request(request, from: info, within: settings.requestTimeout)
            if answer.route.operation == .response, Self.refusal(in: answer.content) == nil {
                await pods.noteReported(status, for: pod.path.key, uid: pod.uid)
                logger.info(
                    "The simulated edged reported a pod",
                    metadata: ["pod": "\(pod.path.key)", "phase": "\(status["phase"]?.text ?? "")"])
                return
            }
            cause = Self.refusal(in: answer.content) ?? Self.text(of: answer)
        } catch {
            if Task.isCancelled { return }
            cause = "\(error)"
        }
        // A report that was not taken is made again at the next look.
        await pods.noteWaiting(true, for: pod.path.key)
        logger.warning(
            "The simulated edged could not report a pod",
            metadata: ["pod": "\(pod.path.key)", "cause": "\(cause)"])
    }

    /// What no longer holds must go: a strategic patch leaves members that it does not name.
    private static func replacingLists(_ patch: JSONValue) -> JSONValue {
        var patch = patch
        var status = patch["status"] ?? .object([])
        if status["reason"] == nil { status["reason"] = .null }
        patch["status"] = status
        return patch
    }

    /// Why an answer says no; nil when it does not.
    private static func refusal(in content: Content) -> String? {
        guard content.kind == .object, let value = try? JSONValue(parsing: content.json) else { return nil }
        guard let status = value["ErrStatus"] ?? value["Err"]?["ErrStatus"] else {
            return value["Err"].flatMap { $0 == .null ? nil : "refused" }
        }
        return "\(status["reason"]?.text ?? ""): \(status["message"]?.text ?? "")"
    }

    /// A pod that is being deleted: there is nothing to stop, so it is let go at once.
    private func end(_ pod: SimulatedPods.Pod) async {
        let options: JSONValue = [
            "gracePeriodSeconds": 0, "preconditions": ["uid": JSONValue(text: pod.uid)],
        ]
        let request = message(.delete, pod.path.key, content: Content(options))
        do {
            let answer = try await bus.request(request, from: info, within: settings.requestTimeout)
            await pods.noteWaiting(answer.route.operation != .response, for: pod.path.key)
        } catch {
            await pods.noteWaiting(true, for: pod.path.key)
        }
    }
}
