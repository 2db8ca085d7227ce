package app.latchkey.desktop

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent

/**
 * What the app that brings pushes says (UnifiedPush AND_3.0). Any app can send the like: the Rust side takes nothing without the
 * registration's token, which nobody guesses, and shows nothing that it cannot decrypt.
 */
class PushReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        val token = intent.getStringExtra("token") ?: return
        val folder = Native.folder(context)
        when (intent.action) {
            FROM + "MESSAGE" -> {
                val message = intent.getByteArrayExtra("bytesMessage") ?: return
                val shown = Native.read(folder, token, message) ?: return
                Notices.show(context, shown)
                intent.getStringExtra("id")?.let { UnifiedPush.acknowledge(context, token, it) }
            }

            FROM + "NEW_ENDPOINT" -> {
                val endpoint = intent.getStringExtra("endpoint") ?: return
                if (!Native.subscribed(folder, token, endpoint)) return
                Waiting.subscribed(endpoint)
                // The home may have to be told.
                SendAnswers.soon(context)
            }

            FROM + "REGISTRATION_FAILED", FROM + "UNREGISTERED" -> {
                if (Native.unsubscribed(folder, token)) Waiting.failed(intent.getStringExtra("reason") ?: "UNREGISTERED")
            }
        }
    }

    private companion object {
        const val FROM = "org.unifiedpush.android.connector."
    }
}
