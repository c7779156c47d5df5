/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* The director's view of a TCP connection; reference: IPVS's three transition tables (ip_vs_proto_tcp.c). */
#ifndef LOCUM_TCP_H
#define LOCUM_TCP_H

#include "layout.h"
#include "parse.h"

enum tcp_event { TCP_EVENT_SYN, TCP_EVENT_FIN, TCP_EVENT_ACK, TCP_EVENT_RST };

/* From the client, from the real server, from the client when the real server's packets do not pass here. */
enum tcp_side { SIDE_CLIENT, SIDE_SERVER, SIDE_CLIENT_ONLY };

#define NO TCP_NONE
#define ES TCP_ESTABLISHED
#define SS TCP_SYN_SENT
#define SR TCP_SYN_RECV
#define FW TCP_FIN_WAIT
#define TW TCP_TIME_WAIT
#define CL TCP_CLOSE
#define CW TCP_CLOSE_WAIT
#define LA TCP_LAST_ACK
#define LI TCP_LISTEN
#define SA TCP_SYNACK

/* Row: event. Column: present state. Padded to powers of two so that an index can be masked for the verifier. */
static const __u8 tcp_transitions[4][4][16] = {
	[SIDE_CLIENT] = {
		/*                  NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA */
		[TCP_EVENT_SYN] = { SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR },
		[TCP_EVENT_FIN] = { CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW },
		[TCP_EVENT_ACK] = { ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES },
		[TCP_EVENT_RST] = { CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR },
	},
	[SIDE_SERVER] = {
		[TCP_EVENT_SYN] = { SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR },
		[TCP_EVENT_FIN] = { TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW },
		[TCP_EVENT_ACK] = { ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES },
		[TCP_EVENT_RST] = { CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL },
	},
	[SIDE_CLIENT_ONLY] = {
		[TCP_EVENT_SYN] = { SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR },
		[TCP_EVENT_FIN] = { CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW },
		[TCP_EVENT_ACK] = { ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES },
		[TCP_EVENT_RST] = { CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL },
	},
};

#undef NO
#undef ES
#undef SS
#undef SR
#undef FW
#undef TW
#undef CL
#undef CW
#undef LA
#undef LI
#undef SA

static __always_inline __u32 next_tcp_state(__u32 side, __u32 state, __u8 flags)
{
	__u32 event;

	if (flags & FLAG_RST)
		event = TCP_EVENT_RST;
	else if (flags & FLAG_SYN)
		event = TCP_EVENT_SYN;
	else if (flags & FLAG_FIN)
		event = TCP_EVENT_FIN;
	else if (flags & FLAG_ACK)
		event = TCP_EVENT_ACK;
	else
		return TCP_CLOSE;
	return tcp_transitions[side & 3][event & 3][state & 15];
}

/* ipvsadm's ActiveConn. */
static __always_inline int tcp_is_active(__u32 state)
{
	return state == TCP_ESTABLISHED || state == TCP_SYN_SENT || state == TCP_SYN_RECV || state == TCP_SYNACK;
}

#endif
