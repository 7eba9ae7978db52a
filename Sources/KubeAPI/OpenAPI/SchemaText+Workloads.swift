extension SchemaText {
    /// What makes and keeps pods.
    static let workloads = """
        @apps v1 apps
        Deployment*: Keeps a number of equal pods running, and changes them step by step.
          spec DeploymentSpec: What is wanted.
          status DeploymentStatus: What is so.
        DeploymentSpec: What is wanted of a deployment.
          minReadySeconds int: How long a pod has to be ready to count as available.
          paused bool: Whether changes are held back.
          progressDeadlineSeconds int: After how long without progress it counts as failed.
          replicas int: How many pods.
          revisionHistoryLimit int: How many old ReplicaSets are kept.
          selector! meta.LabelSelector: Its pods.
          strategy DeploymentStrategy @retain: How pods are exchanged.
          template! core.PodTemplateSpec: How pods are made.
        DeploymentStrategy: How pods are exchanged.
          rollingUpdate RollingUpdateDeployment: For RollingUpdate.
          type str: Recreate or RollingUpdate.
        RollingUpdateDeployment: How pods are exchanged one after the other.
          maxSurge intstr: How many more there may be meanwhile.
          maxUnavailable intstr: How many may be missing meanwhile.
        DeploymentStatus: What is so of a deployment.
          availableReplicas int: Pods that have been ready for long enough.
          collisionCount int: How often a name was taken.
          conditions [DeploymentCondition] @type: Aspects of its state.
          observedGeneration long: The generation this tells of.
          readyReplicas int: Pods that are ready.
          replicas int: Pods that are there.
          unavailableReplicas int: Pods that are missing.
          updatedReplicas int: Pods of the newest template.
        DeploymentCondition: One aspect of a deployment's state.
          lastTransitionTime time: When the status last changed.
          lastUpdateTime time: When it was last looked at.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Such as Available.
        ReplicaSet*: Keeps a number of equal pods running.
          spec ReplicaSetSpec: What is wanted.
          status ReplicaSetStatus: What is so.
        ReplicaSetSpec: What is wanted of a replica set.
          minReadySeconds int: How long a pod has to be ready to count as available.
          replicas int: How many pods.
          selector! meta.LabelSelector: Its pods.
          template core.PodTemplateSpec: How pods are made.
        ReplicaSetStatus: What is so of a replica set.
          availableReplicas int: Pods that have been ready for long enough.
          conditions [ReplicaSetCondition] @type: Aspects of its state.
          fullyLabeledReplicas int: Pods with all labels of the template.
          observedGeneration long: The generation this tells of.
          readyReplicas int: Pods that are ready.
          replicas! int: Pods that are there.
        ReplicaSetCondition: One aspect of a replica set's state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        DaemonSet*: Keeps a pod running on each node.
          spec DaemonSetSpec: What is wanted.
          status DaemonSetStatus: What is so.
        DaemonSetSpec: What is wanted of a daemon set.
          minReadySeconds int: How long a pod has to be ready to count as available.
          revisionHistoryLimit int: How many old revisions are kept.
          selector! meta.LabelSelector: Its pods.
          template! core.PodTemplateSpec: How pods are made; its selector says on which nodes.
          updateStrategy DaemonSetUpdateStrategy: How pods are exchanged.
        DaemonSetUpdateStrategy: How pods are exchanged.
          rollingUpdate RollingUpdateDaemonSet: For RollingUpdate.
          type str: RollingUpdate or OnDelete.
        RollingUpdateDaemonSet: How pods are exchanged one after the other.
          maxSurge intstr: How many more there may be meanwhile.
          maxUnavailable intstr: How many may be missing meanwhile.
        DaemonSetStatus: What is so of a daemon set.
          collisionCount int: How often a name was taken.
          conditions [DaemonSetCondition] @type: Aspects of its state.
          currentNumberScheduled! int: Nodes that run it and should.
          desiredNumberScheduled! int: Nodes that should run it.
          numberAvailable int: Nodes where it has been ready for long enough.
          numberMisscheduled! int: Nodes that run it and should not.
          numberReady! int: Nodes where it is ready.
          numberUnavailable int: Nodes where it is missing.
          observedGeneration long: The generation this tells of.
          updatedNumberScheduled int: Nodes with the newest template.
        DaemonSetCondition: One aspect of a daemon set's state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        StatefulSet*: Keeps pods running that have names and storage of their own.
          spec StatefulSetSpec: What is wanted.
          status StatefulSetStatus: What is so.
        StatefulSetSpec: What is wanted of a stateful set.
          minReadySeconds int: How long a pod has to be ready to count as available.
          ordinals StatefulSetOrdinals: How pods are numbered.
          persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy: What becomes of claims.
          podManagementPolicy str: OrderedReady or Parallel.
          replicas int: How many pods.
          revisionHistoryLimit int: How many old revisions are kept.
          selector! meta.LabelSelector: Its pods.
          serviceName! str: The service that names the pods.
          template! core.PodTemplateSpec: How pods are made.
          updateStrategy StatefulSetUpdateStrategy: How pods are exchanged.
          volumeClaimTemplates [core.PersistentVolumeClaim]: Claims that each pod gets.
        StatefulSetOrdinals: How pods are numbered.
          start int: The first number.
        StatefulSetPersistentVolumeClaimRetentionPolicy: What becomes of claims.
          whenDeleted str: Retain or Delete, when the set is deleted.
          whenScaled str: Retain or Delete, when there are fewer pods.
        StatefulSetUpdateStrategy: How pods are exchanged.
          rollingUpdate RollingUpdateStatefulSetStrategy: For RollingUpdate.
          type str: RollingUpdate or OnDelete.
        RollingUpdateStatefulSetStrategy: How pods are exchanged one after the other.
          maxUnavailable intstr: How many may be missing meanwhile.
          partition int: Pods with lower numbers stay as they are.
        StatefulSetStatus: What is so of a stateful set.
          availableReplicas int: Pods that have been ready for long enough.
          collisionCount int: How often a name was taken.
          conditions [StatefulSetCondition] @type: Aspects of its state.
          currentReplicas int: Pods of the old revision.
          currentRevision str: The old revision.
          observedGeneration long: The generation this tells of.
          readyReplicas int: Pods that are ready.
          replicas! int: Pods that are there.
          updateRevision str: The new revision.
          updatedReplicas int: Pods of the new revision.
        StatefulSetCondition: One aspect of a stateful set's state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        ControllerRevision*: A state of a controller's template, kept for going back.
          data any: The state.
          revision! long: Its number.
        @batch v1 batch
        Job*: Runs pods until enough of them have succeeded.
          spec JobSpec: What is wanted.
          status JobStatus: What is so.
        JobTemplateSpec: A job as others make it.
          metadata meta.ObjectMeta: Labels and annotations of the jobs.
          spec JobSpec: What is wanted.
        JobSpec: What is wanted of a job.
          activeDeadlineSeconds long: After how many seconds it is ended.
          backoffLimit int: How many failures it puts up with.
          backoffLimitPerIndex int: How many failures of one index it puts up with.
          completionMode str: NonIndexed or Indexed.
          completions int: How many pods have to succeed.
          managedBy str: Who looks after it.
          manualSelector bool: Whether the selector was made by hand.
          maxFailedIndexes int: How many indexes may fail.
          parallelism int: How many pods run at once.
          podFailurePolicy PodFailurePolicy: What failures mean.
          podReplacementPolicy str: When failed pods are replaced.
          selector meta.LabelSelector: Its pods.
          successPolicy SuccessPolicy: When it counts as succeeded early.
          suspend bool: Whether it rests.
          template! core.PodTemplateSpec: How pods are made.
          ttlSecondsAfterFinished int: How long it is kept after its end.
        PodFailurePolicy: What failures mean.
          rules! [PodFailurePolicyRule]: The first that fits counts.
        PodFailurePolicyRule: What a failure means.
          action! str: FailJob, FailIndex, Ignore or Count.
          onExitCodes PodFailurePolicyOnExitCodesRequirement: By exit code.
          onPodConditions [PodFailurePolicyOnPodConditionsPattern]: By condition.
        PodFailurePolicyOnExitCodesRequirement: Exit codes.
          containerName str: The container.
          operator! str: In or NotIn.
          values! [int]: The codes.
        PodFailurePolicyOnPodConditionsPattern: A condition.
          status! str: Its status.
          type! str: Its type.
        SuccessPolicy: When a job counts as succeeded early.
          rules! [SuccessPolicyRule]: One has to hold.
        SuccessPolicyRule: When a job counts as succeeded early.
          succeededCount int: How many indexes have to succeed.
          succeededIndexes str: Which indexes have to succeed.
        JobStatus: What is so of a job.
          active int: Pods that run.
          completedIndexes str: Indexes that have succeeded.
          completionTime time: When it succeeded.
          conditions [JobCondition] @type: Aspects of its state.
          failed int: Pods that failed.
          failedIndexes str: Indexes that failed.
          ready int: Pods that are ready.
          startTime time: When it began.
          succeeded int: Pods that succeeded.
          terminating int: Pods that are ending.
          uncountedTerminatedPods UncountedTerminatedPods: Pods that are not counted yet.
        UncountedTerminatedPods: Pods that are not counted yet.
          failed [str]: Those that failed.
          succeeded [str]: Those that succeeded.
        JobCondition: One aspect of a job's state.
          lastProbeTime time: When it was last looked at.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: Complete or Failed.
        CronJob*: Makes jobs at certain times.
          spec CronJobSpec: What is wanted.
          status CronJobStatus: What is so.
        CronJobSpec: What is wanted of a cron job.
          concurrencyPolicy str: Allow, Forbid or Replace.
          failedJobsHistoryLimit int: How many failed jobs are kept.
          jobTemplate! JobTemplateSpec: How jobs are made.
          schedule! str: When, as cron writes it.
          startingDeadlineSeconds long: How late a job may begin.
          successfulJobsHistoryLimit int: How many jobs are kept that succeeded.
          suspend bool: Whether it rests.
          timeZone str: The time zone of the schedule.
        CronJobStatus: What is so of a cron job.
          active [core.ObjectReference]: Jobs that run.
          lastScheduleTime time: When it last made one.
          lastSuccessfulTime time: When one last succeeded.
        @autoscaling v1 autoscaling
        Scale*: How many pods something has.
          spec ScaleSpec: What is wanted.
          status ScaleStatus: What is so.
        ScaleSpec: How many pods are wanted.
          replicas int: The number.
        ScaleStatus: How many pods there are.
          replicas! int: The number.
          selector str: Their labels.
        HorizontalPodAutoscaler*: Changes the number of pods with the load.
          spec HorizontalPodAutoscalerSpec: What is wanted.
          status HorizontalPodAutoscalerStatus: What is so.
        HorizontalPodAutoscalerSpec: What is wanted.
          maxReplicas! int: The most pods.
          minReplicas int: The fewest pods.
          scaleTargetRef! CrossVersionObjectReference: What is scaled.
          targetCPUUtilizationPercentage int: How busy the processors shall be.
        CrossVersionObjectReference: What is scaled.
          apiVersion str: The version of its kind.
          kind! str: Its kind.
          name! str: Its name.
        HorizontalPodAutoscalerStatus: What is so.
          currentCPUUtilizationPercentage int: How busy the processors are.
          currentReplicas! int: How many pods there are.
          desiredReplicas! int: How many there shall be.
          lastScaleTime time: When the number last changed.
          observedGeneration long: The generation this tells of.
        @autoscaling v2 autoscaling
        HorizontalPodAutoscaler*: Changes the number of pods with the load.
          spec HorizontalPodAutoscalerSpec: What is wanted.
          status HorizontalPodAutoscalerStatus: What is so.
        HorizontalPodAutoscalerSpec: What is wanted.
          behavior any: How fast the number changes.
          maxReplicas! int: The most pods.
          metrics [any]: What is measured.
          minReplicas int: The fewest pods.
          scaleTargetRef! CrossVersionObjectReference: What is scaled.
        CrossVersionObjectReference: What is scaled.
          apiVersion str: The version of its kind.
          kind! str: Its kind.
          name! str: Its name.
        HorizontalPodAutoscalerStatus: What is so.
          conditions [HorizontalPodAutoscalerCondition] @type: Aspects of its state.
          currentMetrics [any]: What was measured.
          currentReplicas int: How many pods there are.
          desiredReplicas! int: How many there shall be.
          lastScaleTime time: When the number last changed.
          observedGeneration long: The generation this tells of.
        HorizontalPodAutoscalerCondition: One aspect of its state.
          lastTransitionTime time: When it last changed.
          message str: The cause in a sentence.
          reason str: The cause in a word.
          status! str: True, False or Unknown.
          type! str: The aspect.
        """
}
