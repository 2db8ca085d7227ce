package app.latchkey.desktop

import android.app.BroadcastOptions
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.os.Build

/**
 * What is said to the app that brings pushes, the distributor: UnifiedPush's specification for Android, AND_3.0. What it says is
 * heard by [PushReceiver].
 */
internal object UnifiedPush {
    /** Opened, it lets the phone's owner choose among several distributors. */
    const val CHOOSE = "unifiedpush://link"

    private const val TO = "org.unifiedpush.android.distributor."
    private const val KEPT = "push"
    private const val DISTRIBUTOR = "distributor"

    /** Which there are, by the names of their packages. */
    fun distributors(context: Context): List<String> =
        context.packageManager.queryBroadcastReceivers(Intent(TO + "REGISTER"), 0).map { it.activityInfo.packageName }.distinct()

    /** The one that was chosen, while it is installed. */
    fun chosen(context: Context): String? = kept(context).getString(DISTRIBUTOR, null)?.takeIf { it in distributors(context) }

    /** Asks for an address that pushes come by; the same again for a token that has one. */
    fun register(context: Context, distributor: String, token: String, vapid: String) {
        kept(context).edit().putString(DISTRIBUTOR, distributor).apply()
        val intent = Intent(TO + "REGISTER")
            .putExtra("token", token)
            .putExtra("vapid", vapid)
            .putExtra("message", context.getString(R.string.push_purpose))
        send(context, distributor, intent)
    }

    /** Ends it. */
    fun unregister(context: Context, token: String) {
        chosen(context)?.let { send(context, it, Intent(TO + "UNREGISTER").putExtra("token", token)) }
        kept(context).edit().remove(DISTRIBUTOR).apply()
    }

    /** Says that a push came: one that is never answered so is taken for gone. */
    fun acknowledge(context: Context, token: String, id: String) {
        val distributor = chosen(context) ?: return
        send(context, distributor, Intent(TO + "MESSAGE_ACK").putExtra("token", token).putExtra("id", id))
    }

    /** Sends something, with a proof of whose it is: the sender's identity, or before Android 14 an intent that only it can make. */
    private fun send(context: Context, distributor: String, intent: Intent) {
        intent.setPackage(distributor)
            // One that was never opened hears nothing otherwise.
            .addFlags(Intent.FLAG_INCLUDE_STOPPED_PACKAGES)
            // For those of AND_2.
            .putExtra("application", context.packageName)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            context.sendBroadcast(intent, null, BroadcastOptions.makeBasic().setShareIdentityEnabled(true).toBundle())
            return
        }
        val nothing = Intent("app.latchkey.desktop.IDENTITY").setPackage(context.packageName)
        intent.putExtra("pi", PendingIntent.getBroadcast(context, 0, nothing, PendingIntent.FLAG_IMMUTABLE))
        context.sendBroadcast(intent)
    }

    private fun kept(context: Context) = context.getSharedPreferences(KEPT, Context.MODE_PRIVATE)
}
