-module(stock).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start() -> {ok, _} = gen_server:start({local, stock}, ?MODULE, [], []).

init([]) -> {ok, []}.

handle_call({echo, Term}, _From, State) -> {reply, Term, State};
%% The answer comes when it is told to, so that a test needs no clock.
handle_call(later, From, State) -> {noreply, [From | State]};
handle_call(answer_all, _From, State) ->
    [gen_server:reply(From, late) || From <- State],
    {reply, length(State), []};
%% Another process, so that this one is not stuck in its own call.
handle_call({ask_back, Node, Message}, From, State) ->
    spawn(fun() -> gen_server:reply(From, gen_server:call({price, Node}, Message, 5000)) end),
    {noreply, State};
handle_call(ping_back, {Pid, _}, State) -> {reply, net_adm:ping(node(Pid)), State};
handle_call(crash, _From, _State) -> exit(boom).

handle_cast({tell, Node, Message}, State) ->
    gen_server:cast({audit, Node}, Message),
    {noreply, State}.

%% Passes a token on, as every process does: what it sends carries the one that it was sent.
handle_info({forward, Node, Message}, State) ->
    spawn(fun() -> ok end),
    {audit, Node} ! {Message, seq_trace:get_token(label)},
    {noreply, State}.
