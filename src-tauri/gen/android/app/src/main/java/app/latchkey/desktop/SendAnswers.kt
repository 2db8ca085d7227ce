package app.latchkey.desktop

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import android.os.Build
import org.json.JSONObject
import kotlin.concurrent.thread

/** Sends the answers that wait, once there is a network, with the window or without. The system starts it again while some wait. */
class SendAnswers : JobService() {
    override fun onStartJob(params: JobParameters): Boolean {
        thread {
            val came = Native.send(Native.folder(this))?.let { JSONObject(it) }
            came?.getJSONArray("shown")?.let { Notices.showAll(this, it) }
            jobFinished(params, came == null || came.getBoolean("waits"))
        }
        return true
    }

    // What was not sent is on disk still.
    override fun onStopJob(params: JobParameters): Boolean = true

    internal companion object {
        private const val JOB = 1

        /** Has it run as soon as there is a network. */
        fun soon(context: Context) {
            val job = JobInfo.Builder(JOB, ComponentName(context, SendAnswers::class.java))
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) job.setExpedited(true)
            context.getSystemService(JobScheduler::class.java).schedule(job.build())
        }
    }
}
