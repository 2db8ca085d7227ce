// Mistakes that `./dev check-targets kotlin` has to find, and nothing else in here: the proof that it can fail.
package app.latchkey.wrong

import android.app.Notification
import android.app.NotificationManager
import android.app.job.JobParameters
import android.app.job.JobService
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.os.SystemClock

class WrongReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        val manager = context.getSystemService(NotificationManager::class.java)
        manager.cancelEverything() // error: unresolved reference 'cancelEverything'
        manager.cancel("7") // error: argument type mismatch: actual type is 'String', but 'Int' was expected
        val told: String = intent.getStringExtra("token") // error: initializer type mismatch: expected 'String', actual 'String?'
        val at: Int = SystemClock.elapsedRealtime() // error: initializer type mismatch: expected 'Int', actual 'Long'
        Notification.Builder(context, "alerts").setPriority(Notification.PRIORITY_LOUD) // error: unresolved reference 'PRIORITY_LOUD'
        goAsync(told + at) // error: too many arguments
    }
}

class WrongJob : JobService() { // error: class 'WrongJob' is not abstract and does not implement abstract base class member
    override fun onStartJob(parameters: JobParameters) = true
}

class WrongOverride : BroadcastReceiver() { // error: class 'WrongOverride' is not abstract and does not implement abstract base class member
    override fun onReceive(context: Context, intent: String) = Unit // error: 'onReceive' overrides nothing
}
