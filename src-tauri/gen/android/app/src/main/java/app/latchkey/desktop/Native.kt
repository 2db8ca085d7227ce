package app.latchkey.desktop

import android.content.Context

/**
 * The Rust side, for what happens while no window is there: a push, a pressed button, a job. What is to be shown comes back as
 * JSON; `null` is "nothing", also when it could not be done. What each does is written in src/mobile/android.rs.
 */
internal object Native {
    init {
        System.loadLibrary("latchkey_desktop_lib")
    }

    /** Where the app keeps what is its own: the same folder that the window uses. */
    fun folder(context: Context): String = context.dataDir.absolutePath

    /** Reads a push; what is not for this app is nothing. */
    external fun read(folder: String, token: String, message: ByteArray): String?

    /** Keeps an answer on disk until it is sent, and says what is shown meanwhile. */
    external fun press(folder: String, about: String, answer: String): String?

    /** Sends what waits, and says what came of it. Takes its time: up to a minute for each answer. */
    external fun send(folder: String): String?

    /** Keeps the address that pushes come by; whether the token is this app's. */
    external fun subscribed(folder: String, token: String, endpoint: String): Boolean

    /** Forgets that address; whether the token is this app's. */
    external fun unsubscribed(folder: String, token: String): Boolean
}
