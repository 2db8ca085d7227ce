package app.latchkey.desktop

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent

/**
 * A notification's button was pressed, perhaps with nothing else of the app alive. The answer is on disk before this returns,
 * whatever happens to the process then; [SendAnswers] sends it.
 */
class AnswerReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        val about = intent.getStringExtra(ABOUT) ?: return
        val answer = intent.getStringExtra(ANSWER) ?: return
        Notices.show(context, Native.press(Native.folder(context), about, answer))
        SendAnswers.soon(context)
    }

    internal companion object {
        const val ABOUT = "about"
        const val ANSWER = "answer"
    }
}
