import Beehive

/// The rows of what runs pods until their work is done.
enum JobRows {
    static let jobs = RowPrinter(
        [
            .name, .text("Status", "How far the job is."),
            .text("Completions", "Pods that have done their work, of those wanted."),
            .text("Duration", "How long the job took, or has been running."), .age,
        ] + CellText.containerColumns + [CellText.selectorColumn]
    ) { job in
        [
            job.name, job.text(status(job)), job.text(completions(job)), job.text(duration(job)), job.age,
        ] + CellText.containers(job.spec["template"]["spec"]) + [job.text(CellText.selector(job.spec["selector"]))]
    }

    private static func status(_ job: PrintedObject) -> String {
        let held = Set(
            job.status["conditions"].elements.filter { $0["status"].text == "True" }.map { $0["type"].text })
        if held.contains("Complete") { return "Complete" }
        if held.contains("Failed") { return "Failed" }
        if job.isDeleted { return "Terminating" }
        return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].first(where: held.contains) ?? "Running"
    }

    private static func completions(_ job: PrintedObject) -> String {
        let done = job.status["succeeded"].integer ?? 0
        if let wanted = job.spec["completions"].integer { return "\(done)/\(wanted)" }
        let parallel = job.spec["parallelism"].integer ?? 0
        return parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1"
    }

    private static func duration(_ job: PrintedObject) -> String {
        guard let start = KubernetesTimestamp.milliseconds(job.status["startTime"].text) else { return "" }
        let end = KubernetesTimestamp.milliseconds(job.status["completionTime"].text)
        return HumanAge.text(milliseconds: (end ?? job.now) - start)
    }

    static let cronJobs = RowPrinter(
        [
            .name, .text("Schedule", "When jobs are made, in cron's form."),
            .text("Timezone", "Where the schedule's clock stands."),
            TableColumn(name: "Suspend", type: "boolean", description: "Whether no more jobs are made."),
            .integer("Active", "Jobs that are running."), .text("Last Schedule", "The time since a job was last made."),
            .age,
        ] + CellText.containerColumns + [CellText.selectorColumn]
    ) { object in
        let last = object.status["lastScheduleTime"]
        let job = object.spec["jobTemplate"]["spec"]
        return [
            object.name, object.text(object.spec["schedule"].text),
            object.text(object.spec["timeZone"].text(or: CellText.none)),
            object.text(CellText.flag(object.spec["suspend"])), JSONValue(integer: object.status["active"].count),
            object.text(last.isPresent ? object.since(last) : CellText.none), object.age,
        ] + CellText.containers(job["template"]["spec"]) + [object.text(CellText.selector(job["selector"]))]
    }
}
